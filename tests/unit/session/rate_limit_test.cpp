// Debts against rates: at the limit, one beyond, paid off by time.
#include "session/rate_limit.h"

#include <CppUTest/TestHarness.h>

using ws::session::kMaxRate;
using ws::session::RateMeter;
using ws::session::Rates;

namespace {

Rates rates(uint32_t per_second, uint32_t burst) {
  Rates made;
  made.messages = made.controls = made.bytes = {per_second, burst};
  return made;
}

// Takes messages until one is too many.
unsigned take_all(RateMeter& meter, const Rates& of, uint32_t now_ms) {
  unsigned count = 0;
  while (meter.take_message(of, now_ms)) ++count;
  return count;
}

}  // namespace

TEST_GROUP(rate_limit){};

TEST(rate_limit, TakesTheBurstAndNotOneMore) {
  for (const uint32_t burst : {1u, 2u, 200u, kMaxRate}) {
    RateMeter meter(5);
    CHECK_EQUAL(burst, take_all(meter, rates(10, burst), 5));
    CHECK_FALSE(meter.take_message(rates(10, burst), 5));
  }
}

TEST(rate_limit, TimePaysOneAfterTheOther) {
  const Rates of = rates(10, 3);
  RateMeter meter(0);
  CHECK_EQUAL(3u, take_all(meter, of, 0));
  CHECK_EQUAL(0u, take_all(meter, of, 99));
  CHECK_EQUAL(1u, take_all(meter, of, 100));
  CHECK_EQUAL(0u, take_all(meter, of, 199));
  CHECK_EQUAL(2u, take_all(meter, of, 300));
}

TEST(rate_limit, NoMoreThanTheBurstAfterALongSilence) {
  RateMeter meter(0);
  CHECK_EQUAL(3u, take_all(meter, rates(10, 3), 0));
  CHECK_EQUAL(3u, take_all(meter, rates(10, 3), 1'000'000'000));
}

TEST(rate_limit, ThousandsInASecondAreTakenOneByOne) {
  const Rates of = rates(kMaxRate, 1000);
  RateMeter meter(0);
  unsigned count = 0;
  for (uint32_t now = 0; now < 100; ++now) count += take_all(meter, of, now);
  CHECK_EQUAL(100'000u, count);
}

TEST(rate_limit, ARateThatIsHeldIsNeverTooMuch) {
  const Rates of = rates(3, 1);
  RateMeter meter(0);
  for (uint32_t now = 0; now < 600'000; now += 334) CHECK_TRUE(meter.take_message(of, now));
}

TEST(rate_limit, EachHasItsOwnDebt) {
  const Rates of = rates(10, 2);
  RateMeter meter(0);
  CHECK_EQUAL(2u, take_all(meter, of, 0));
  CHECK_TRUE(meter.take_control(of, 0));
  CHECK_TRUE(meter.take_control(of, 0));
  CHECK_FALSE(meter.take_control(of, 0));
  CHECK_EQUAL(0u, meter.take_bytes(2, of, 0));
  CHECK_TRUE(meter.take_control(of, 100));
  CHECK_FALSE(meter.take_control(of, 100));
}

TEST(rate_limit, OffIsNoLimit) {
  RateMeter meter(0);
  for (int i = 0; i < 100'000; ++i) {
    CHECK_TRUE(meter.take_message(rates(0, 0), 0));
    CHECK_TRUE(meter.take_control(rates(0, 0), 0));
    CHECK_EQUAL(0u, meter.take_bytes(1'000'000, rates(0, 0), 0));
  }
}

TEST(rate_limit, BytesBeyondTheBurstTellHowLongTheyTake) {
  const Rates of = rates(1000, 500);
  RateMeter meter(0);
  CHECK_EQUAL(0u, meter.take_bytes(500, of, 0));
  CHECK_EQUAL(1u, meter.take_bytes(1, of, 0));
  CHECK_EQUAL(1001u, meter.take_bytes(1000, of, 0));
  CHECK_EQUAL(1u, meter.take_bytes(0, of, 1000));
  CHECK_EQUAL(0u, meter.take_bytes(0, of, 1001));
}

TEST(rate_limit, GigabytesAreCountedRight) {
  const Rates of = rates(1024, 1024);
  RateMeter meter(0);
  CHECK_EQUAL(((uint64_t{1} << 30) - 1024) * 1000 / 1024, meter.take_bytes(1 << 30, of, 0));
  CHECK_EQUAL(static_cast<uint32_t>(INT32_MAX), meter.take_bytes(uint64_t{1} << 50, of, 0));
}

TEST(rate_limit, AClockThatWrapsPunishesNobody) {
  const Rates of = rates(10, 3);
  RateMeter meter(UINT32_MAX - 49);
  CHECK_EQUAL(3u, take_all(meter, of, UINT32_MAX - 49));
  CHECK_EQUAL(0u, take_all(meter, of, 49));
  CHECK_EQUAL(1u, take_all(meter, of, 50));
  CHECK_EQUAL(3u, take_all(meter, of, 350));
}
