// The two clocks.
#include "base/clock.h"

#include <CppUTest/TestHarness.h>

using namespace ws::base;

TEST_GROUP(clock){};

TEST(clock, MonotonicTimeNeverGoesBack) {
  const MonotonicClock clock;
  uint64_t last = clock.now_ms();
  for (int i = 0; i < 1000; ++i) {
    const uint64_t now = clock.now_ms();
    CHECK_TRUE(now >= last);
    last = now;
  }
}

TEST(clock, UnixTimeIsOfThisCentury) {
  CHECK_TRUE(unix_time_ms() > 1'600'000'000'000);
  CHECK_TRUE(unix_time_ms() < 4'200'000'000'000);
}
