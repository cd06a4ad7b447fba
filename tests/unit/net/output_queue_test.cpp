// What waits for a slow peer keeps its order, whole or in pieces.
#include "net/output_queue.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

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
  queue.append(shared, {}, 0, 4);
  STRCMP_EQUAL("456789", gathered(queue).c_str());
  queue.append(shared, {}, 0, 8);
  STRCMP_EQUAL("45678989", gathered(queue).c_str());
  CHECK_EQUAL(8u, queue.size());
  queue.append(shared, {}, 0, 10);
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
        queue.append(SharedBytes(bytes), {}, 0, offset);
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

TEST(output_queue, DropsTheOldestThatMayBeUntilItsCostIsBelow) {
  const SharedBytes block(std::string(1000, 'x'));
  queue.append("own");
  for (int i = 0; i < 4; ++i) queue.append(block, {.stream = 1, .messages = 2});
  queue.append(SharedBytes("kept"));
  queue.append("end");
  const size_t before = queue.cost();
  CHECK_EQUAL(0u, queue.drop_oldest(before + 1).messages);
  const auto dropped = queue.drop_oldest(before);
  CHECK_EQUAL(2u, dropped.messages);
  CHECK_EQUAL(1000u, dropped.bytes);
  CHECK_TRUE(queue.cost() < before - 1000);
  CHECK_EQUAL(6u, queue.drop_oldest(0).messages);
  STRCMP_EQUAL("ownkeptend", gathered(queue).c_str());
  CHECK_EQUAL(queue.cost(), queue.lasting_cost());
  CHECK_EQUAL(0u, queue.drop_oldest(0).messages);
}

TEST(output_queue, WhatHasBegunStays) {
  queue.append(SharedBytes("abc"), {.stream = 1, .messages = 1});
  queue.append(SharedBytes("def"), {.stream = 1, .messages = 1});
  queue.consume(1);
  CHECK_EQUAL(1u, queue.drop_stream(1).messages);
  STRCMP_EQUAL("bc", gathered(queue).c_str());
  queue.append(SharedBytes("ghi"), {.stream = 1, .messages = 1}, 1);
  CHECK_EQUAL(1u, queue.drop_oldest(0).messages);
  CHECK_EQUAL(0u, queue.drop_oldest(0).messages);
  STRCMP_EQUAL("bc", gathered(queue).c_str());
  CHECK_EQUAL(0u, queue.lasting_cost());
  queue.consume(2);
  CHECK_EQUAL(0u, queue.cost());
  CHECK_EQUAL(0u, queue.lasting_cost());
}

TEST(output_queue, DropsAStreamAndSharesFromABegin) {
  for (const char* const text : {"-a1", "-b1", "-a2"})
    queue.append(SharedBytes(text), {.stream = text[1] == 'a' ? 1u : 2u, .messages = 1}, 1);
  STRCMP_EQUAL("a1b1a2", gathered(queue).c_str());
  CHECK_EQUAL(4u, queue.drop_stream(1).bytes);
  STRCMP_EQUAL("b1", gathered(queue).c_str());
  CHECK_EQUAL(2u, queue.size());
}

// Against a list of the same buffers; nothing else is ever dropped, and the order stays.
TEST(output_queue, DropsRightUnderARandomLoad) {
  struct Entry {
    std::string rest;
    uint64_t stream;
    bool begun;
  };
  std::mt19937 random(4711);
  const auto pick = [&](size_t below) {
    return std::uniform_int_distribution<size_t>(0, below - 1)(random);
  };
  std::vector<Entry> model;
  for (int i = 0; i < 30'000; ++i) {
    switch (pick(8)) {
      case 0:
        queue.append("own");
        model.push_back({"own", 0, false});
        break;
      case 1:
      case 2:
      case 3:
      case 4: {
        const std::string bytes(1 + pick(50), static_cast<char>('a' + pick(26)));
        const uint64_t stream = pick(4);
        const size_t begin = pick(bytes.size());
        queue.append(SharedBytes(bytes), {.stream = stream, .messages = 1}, begin);
        model.push_back({bytes.substr(begin), stream, false});
        break;
      }
      case 5: {
        size_t count = pick(std::min<size_t>(queue.size(), 100) + 1);
        queue.consume(count);
        while (count > 0) {
          Entry& first = model.front();
          const size_t here = std::min(count, first.rest.size());
          first.rest.erase(0, here);
          first.begun = true;
          count -= here;
          if (first.rest.empty()) model.erase(model.begin());
        }
        break;
      }
      case 6: {
        const uint64_t stream = 1 + pick(3);
        const size_t dropped = queue.drop_stream(stream).messages;
        CHECK_EQUAL(dropped, std::erase_if(model, [&](const Entry& one) {
                      return one.stream == stream && !one.begun;
                    }));
        break;
      }
      default: {
        const size_t limit = queue.cost() - std::min(queue.cost(), pick(2000));
        size_t dropped = queue.drop_oldest(limit).messages;
        std::erase_if(model, [&](const Entry& one) {
          return one.stream != 0 && !one.begun && dropped > 0 && dropped-- > 0;
        });
        CHECK_EQUAL(0u, dropped);
        const bool more = std::ranges::any_of(
            model, [](const Entry& one) { return one.stream != 0 && !one.begun; });
        CHECK_TRUE(queue.cost() < limit || !more);
      }
    }
    std::string all;
    for (const Entry& one : model) all += one.rest;
    CHECK_EQUAL(all.size(), queue.size());
    const std::string front = gathered(queue);
    if (all.compare(0, front.size(), front) != 0) FAIL("the order differs");
  }
}
