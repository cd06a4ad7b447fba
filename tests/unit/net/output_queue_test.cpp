// What waits for a slow peer keeps its order, whole or in pieces.
#include "net/output_queue.h"

#include <random>
#include <string>

#include <CppUTest/TestHarness.h>

using ws::base::SharedBytes;
using ws::net::OutputQueue;

namespace {

std::string gathered(const OutputQueue& queue, size_t pieces = 64) {
  iovec storage[64];
  std::string out;
  const size_t count = queue.gather({storage, pieces});
  for (size_t i = 0; i < count; ++i)
    out.append(static_cast<const char*>(storage[i].iov_base), storage[i].iov_len);
  return out;
}

}  // namespace

TEST_GROUP(output_queue) { OutputQueue queue; };

TEST(output_queue, JoinsOwnBytesAndSharesOthers) {
  const SharedBytes shared("shared");
  queue.append("a");
  queue.append("b");
  queue.append(shared);
  queue.append("c");
  queue.append("");
  queue.append(SharedBytes(""));
  STRCMP_EQUAL("absharedc", gathered(queue).c_str());
  CHECK_EQUAL(9u, queue.size());
  iovec pieces[8];
  CHECK_EQUAL(3u, queue.gather(pieces));
  POINTERS_EQUAL(shared.view().data(), pieces[1].iov_base);
}

TEST(output_queue, StartsInsideASharedBuffer) {
  const SharedBytes shared("0123456789");
  queue.append(shared, 4);
  STRCMP_EQUAL("456789", gathered(queue).c_str());
  queue.append(shared, 8);
  STRCMP_EQUAL("45678989", gathered(queue).c_str());
  CHECK_EQUAL(8u, queue.size());
  queue.append(shared, 10);
  CHECK_EQUAL(8u, queue.size());
}

TEST(output_queue, ConsumesAcrossPieces) {
  queue.append("abc");
  queue.append(SharedBytes("defg"));
  queue.append("hi");
  const std::string all = "abcdefghi";
  for (size_t taken = 0; taken < all.size(); ++taken) {
    STRCMP_EQUAL(all.substr(taken).c_str(), gathered(queue).c_str());
    CHECK_EQUAL(all.size() - taken, queue.size());
    queue.consume(1);
  }
  CHECK_TRUE(queue.empty());
  queue.append("again");
  STRCMP_EQUAL("again", gathered(queue).c_str());
  queue.consume(5);
  CHECK_TRUE(queue.empty());
}

TEST(output_queue, GathersAsManyPiecesAsAsked) {
  for (int i = 0; i < 10; ++i) queue.append(SharedBytes(std::to_string(i)));
  STRCMP_EQUAL("012", gathered(queue, 3).c_str());
}

TEST(output_queue, BehavesAsAStringUnderARandomLoad) {
  std::mt19937 random(12345);
  const auto pick = [&](size_t below) {
    return std::uniform_int_distribution<size_t>(0, below - 1)(random);
  };
  std::string model;
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes(pick(300), static_cast<char>('a' + pick(26)));
    switch (pick(4)) {
      case 0:
        queue.append(bytes);
        model += bytes;
        break;
      case 1: {
        const size_t offset = pick(bytes.size() + 1);
        queue.append(SharedBytes(bytes), offset);
        model += bytes.substr(offset);
        break;
      }
      default: {
        const std::string front = gathered(queue, 1 + pick(4));
        if (model.compare(0, front.size(), front) != 0) FAIL("the front differs");
        const size_t count = front.empty() ? 0 : pick(front.size() + 1);
        queue.consume(count);
        model.erase(0, count);
      }
    }
    if (queue.size() != model.size()) FAIL("the size differs");
  }
}
