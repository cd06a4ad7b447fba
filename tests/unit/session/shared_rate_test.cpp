// One rate for many threads.
#include "session/shared_rate.h"

#include <pthread.h>

#include <array>

#include <CppUTest/TestHarness.h>

using namespace ws::session;

namespace {

unsigned taken(SharedRate& rate, unsigned tries, uint64_t now_ms) {
  unsigned count = 0;
  for (unsigned i = 0; i < tries; ++i) count += rate.take(now_ms) ? 1 : 0;
  return count;
}

}  // namespace

TEST_GROUP(shared_rate){};

TEST(shared_rate, TheBurstAndNotOneMore) {
  SharedRate rate({10, 25});
  LONGS_EQUAL(25, taken(rate, 25, 1000));
  LONGS_EQUAL(0, taken(rate, 5, 1000));
}

TEST(shared_rate, TimeBringsTheRateAndNoMoreThanTheBurst) {
  SharedRate rate({10, 3});
  LONGS_EQUAL(3, taken(rate, 9, 1000));
  LONGS_EQUAL(0, taken(rate, 9, 1099));
  LONGS_EQUAL(1, taken(rate, 9, 1100));
  LONGS_EQUAL(2, taken(rate, 9, 1300));
  LONGS_EQUAL(3, taken(rate, 9, 100'000));
}

TEST(shared_rate, WhatIsRefusedDoesNotCount) {
  SharedRate rate({1000, 1});
  LONGS_EQUAL(1, taken(rate, 1'000'000, 5));
  LONGS_EQUAL(1, taken(rate, 1'000'000, 6));
}

TEST(shared_rate, OffIsOff) {
  SharedRate rate({0, 0});
  LONGS_EQUAL(1000, taken(rate, 1000, 1));
}

TEST(shared_rate, AClockThatStandsStillOrGoesBackDoesNoHarm) {
  SharedRate rate({1'000'000, 1'000'000});
  const uint64_t late = uint64_t{1} << 42;
  LONGS_EQUAL(10, taken(rate, 10, late));
  LONGS_EQUAL(10, taken(rate, 10, late - 1));
}

// Threads of the system's own: the memory watch of these tests is for one thread.
TEST(shared_rate, ThreadsTogetherHaveTheBurst) {
  struct Visitor {
    SharedRate* rate;
    unsigned count;
    pthread_t thread;
  };
  SharedRate rate({1, 1000});
  std::array<Visitor, 4> visitors;
  const auto visit = [](void* data) -> void* {
    auto& visitor = *static_cast<Visitor*>(data);
    visitor.count = taken(*visitor.rate, 1000, 77);
    return nullptr;
  };
  for (Visitor& visitor : visitors) {
    visitor = {&rate, 0, {}};
    LONGS_EQUAL(0, pthread_create(&visitor.thread, nullptr, visit, &visitor));
  }
  unsigned count = 0;
  for (Visitor& visitor : visitors) {
    pthread_join(visitor.thread, nullptr);
    count += visitor.count;
  }
  LONGS_EQUAL(1000, count);
}
