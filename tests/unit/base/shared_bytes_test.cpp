// One allocation with many readers.
#include "base/shared_bytes.h"

#include <string>
#include <thread>
#include <vector>

#include <CppUTest/TestHarness.h>

using ws::base::SharedBytes;

TEST_GROUP(shared_bytes){};

TEST(shared_bytes, JoinsItsParts) {
  const SharedBytes bytes({"ab", "", "cde"});
  CHECK_TRUE(bytes.view() == "abcde");
  CHECK_EQUAL(5u, bytes.size());
  CHECK_TRUE(static_cast<bool>(bytes));
  CHECK_TRUE(SharedBytes(std::string(100'000, 'x')).view() == std::string(100'000, 'x'));
}

TEST(shared_bytes, NothingAndEmptyAreNotTheSame) {
  const SharedBytes nothing;
  const SharedBytes empty("");
  CHECK_FALSE(static_cast<bool>(nothing));
  CHECK_TRUE(static_cast<bool>(empty));
  CHECK_TRUE(nothing.view().empty() && empty.view().empty());
}

TEST(shared_bytes, CopiesShare) {
  SharedBytes first("shared");
  const SharedBytes second = first;
  POINTERS_EQUAL(first.view().data(), second.view().data());
  first = SharedBytes("other");
  CHECK_TRUE(second.view() == "shared");
  CHECK_TRUE(first.view() == "other");
  SharedBytes third = std::move(first);
  CHECK_TRUE(third.view() == "other");
  CHECK_FALSE(static_cast<bool>(first));
  third = second;
  const SharedBytes& self = third;
  third = self;
  CHECK_TRUE(third.view() == "shared");
}

TEST(shared_bytes, ManyThreadsMayCopyAndDrop) {
  const SharedBytes bytes("everybody reads this");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&bytes] {
      for (int i = 0; i < 10'000; ++i) {
        SharedBytes copy = bytes;
        const SharedBytes another = std::move(copy);
        if (another.view() != "everybody reads this") std::abort();
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK_TRUE(bytes.view() == "everybody reads this");
}
