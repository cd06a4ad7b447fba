// When timers are called, on a clock moved by hand.
#include "net/timer_wheel.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws::net;

namespace {

constexpr uint64_t kStart = 1'000'000;
constexpr uint64_t kSlot = TimerWheel::kSlotMs;

struct Bell final : Timer {
  explicit Bell(std::function<void()> f = [] {}) : ring(std::move(f)) {}
  void on_timer() override {
    ++calls;
    // It may be destroyed in the call.
    const auto f = ring;
    f();
  }
  int calls = 0;
  std::function<void()> ring;
};

}  // namespace

TEST_GROUP(timer_wheel) {
  TimerWheel wheel{kStart};
  uint64_t now = kStart;

  void pass(uint64_t ms) {
    now += ms;
    wheel.advance(now);
  }
};

TEST(timer_wheel, CallsAtTheDeadlineOrUpToOneSlotLater) {
  for (const uint64_t delay :
       {1, 49, 50, 51, 99, 100, 1234, 25'599, 25'600, 25'601, 60'000, 3'600'000}) {
    TimerWheel own(now);
    Bell bell;
    own.schedule(bell, now + delay);
    uint64_t waited = 0;
    while (bell.calls == 0 && waited < delay + 1000) own.advance(now + ++waited);
    CHECK_TRUE(waited >= delay);
    CHECK_TRUE(waited <= delay + kSlot);
    own.advance(now + delay + 100'000'000);
    CHECK_EQUAL(1, bell.calls);
  }
}

TEST(timer_wheel, ADeadlineInThePastIsDueAtOnce) {
  Bell bell;
  wheel.schedule(bell, 0);
  pass(kSlot);
  CHECK_EQUAL(1, bell.calls);
  wheel.schedule(bell, now);
  pass(kSlot);
  CHECK_EQUAL(2, bell.calls);
}

TEST(timer_wheel, MovesToLaterAndToEarlier) {
  Bell bell;
  wheel.schedule(bell, now + 100);
  wheel.schedule(bell, now + 1000);
  pass(999);
  CHECK_EQUAL(0, bell.calls);
  wheel.schedule(bell, now + 10'000);
  wheel.schedule(bell, now + 100);
  pass(150);
  CHECK_EQUAL(1, bell.calls);
  pass(20'000);
  CHECK_EQUAL(1, bell.calls);
}

TEST(timer_wheel, StoppedOrDestroyedItIsSilent) {
  Bell stopped;
  wheel.schedule(stopped, now + 100);
  CHECK_TRUE(stopped.timer_runs());
  stopped.stop_timer();
  stopped.stop_timer();
  CHECK_FALSE(stopped.timer_runs());
  {
    Bell gone;
    wheel.schedule(gone, now + 100);
  }
  pass(1000);
  CHECK_EQUAL(0, stopped.calls);
  CHECK_EQUAL(-1, wheel.wait_ms(now));
}

TEST(timer_wheel, MayBeScheduledAgainInItsCall) {
  Bell bell;
  bell.ring = [&] { wheel.schedule(bell, now + 50); };
  wheel.schedule(bell, now + 50);
  for (int i = 0; i < 20; ++i) pass(50);
  CHECK_TRUE(bell.calls >= 10 && bell.calls <= 20);
  bell.stop_timer();
}

TEST(timer_wheel, MayDestroyItselfAndOthersInItsCall) {
  std::vector<std::unique_ptr<Bell>> bells;
  int rung = 0;
  for (int i = 0; i < 5; ++i) {
    bells.push_back(std::make_unique<Bell>([&] {
      ++rung;
      bells.clear();
    }));
    wheel.schedule(*bells.back(), now + 100);
  }
  pass(500);
  CHECK_EQUAL(1, rung);
}

TEST(timer_wheel, EverythingDueIsCalledAfterALongSleep) {
  std::vector<std::unique_ptr<Bell>> bells;
  for (uint64_t i = 0; i < 1000; ++i) {
    bells.push_back(std::make_unique<Bell>());
    wheel.schedule(*bells.back(), now + i * 137);
  }
  pass(10'000'000);
  for (const auto& bell : bells) CHECK_EQUAL(1, bell->calls);
  CHECK_EQUAL(-1, wheel.wait_ms(now));
}

TEST(timer_wheel, TellsHowLongNothingIsDue) {
  CHECK_EQUAL(-1, wheel.wait_ms(now));
  Bell bell;
  wheel.schedule(bell, now + 1000);
  const int wait = wheel.wait_ms(now);
  CHECK_TRUE(wait >= 1000 && wait <= 1050);
  CHECK_EQUAL(0, wheel.wait_ms(now + 5000));
  Bell sooner;
  wheel.schedule(sooner, now + 200);
  CHECK_TRUE(wheel.wait_ms(now) <= 250);
  // For a farther deadline it looks again now and then, but not all the time.
  sooner.stop_timer();
  bell.stop_timer();
  Bell far;
  wheel.schedule(far, now + 3'600'000);
  CHECK_TRUE(wheel.wait_ms(now) > 20'000);
}

TEST(timer_wheel, SleepingAsLongAsItSaysIsEnough) {
  Bell bell;
  wheel.schedule(bell, now + 100'000);
  int looks = 0;
  while (bell.calls == 0 && looks < 100) {
    pass(static_cast<uint64_t>(wheel.wait_ms(now)));
    ++looks;
  }
  CHECK_EQUAL(1, bell.calls);
  CHECK_TRUE(now >= kStart + 100'000 && now <= kStart + 100'050);
  CHECK_TRUE(looks < 20);
}

TEST(timer_wheel, ItsEndLeavesTimersBehindSilently) {
  Bell bell;
  {
    TimerWheel own(now);
    own.schedule(bell, now + 10);
  }
  CHECK_FALSE(bell.timer_runs());
}
