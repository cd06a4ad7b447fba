// The watchdog: what it tells of, and when it is quiet.
#include "plugin/watchdog.h"

#include <atomic>
#include <thread>

#include <CppUTest/TestHarness.h>

#include "support/fakes.h"

using namespace ws::plugin;
using ws::test::LinesLog;

namespace {

struct Nothing final : Watched {
  [[nodiscard]] bool is_busy() const noexcept override { return busy; }
  [[nodiscard]] const LoopContext* watched_loop(unsigned) const noexcept override {
    return nullptr;
  }
  void end_switched_off() override { ++rounds; }

  std::atomic<bool> busy = true;
  std::atomic<int> rounds = 0;
};

template <class Condition>
void wait_for(Condition&& condition) {
  while (!condition()) std::this_thread::yield();
}

}  // namespace

TEST_GROUP(watchdog) {
  LinesLog log;
  ws::base::MonotonicClock clock;
  Nothing watched;
  ws::test::ManualClock by_hand;
  Suspect chat{"chat", "/ws/chat"};

  void wait_for_rounds(int count) const {
    const int before = watched.rounds;
    wait_for([&] { return watched.rounds > before + count; });
  }
};

TEST(watchdog, R13_TellsOfACallbackThatDoesNotReturn) {
  Watchdog watchdog({100, false}, log, clock, watched);
  watchdog.start();
  std::atomic<bool> is_over = false;
  std::thread thread([&] {
    const OwnThread own;
    const Entered entered(chat, "on_message");
    wait_for([&] { return is_over.load(); });
  });
  wait_for([&] {
    return log.has("plugin chat (Location /ws/chat) in on_message has not returned for 0.");
  });
  CHECK(log.has("unit_plugin+0x"));
  is_over = true;
  thread.join();
  watchdog.stop();
}

TEST(watchdog, IsQuietWhileCallbacksReturn) {
  Watchdog watchdog({100, false}, log, by_hand, watched);
  watchdog.start();
  for (int i = 0; i < 5; ++i) {
    const Entered entered(chat, "on_message");
    wait_for_rounds(2);
    by_hand.ms += 60;
    wait_for_rounds(2);
  }
  CHECK_FALSE(log.has("chat"));
  watchdog.stop();
  BlackBox::leave();
}

TEST(watchdog, AJobMayTakeItsTime) {
  Watchdog watchdog({100, false}, log, by_hand, watched);
  watchdog.start();
  {
    const Entered entered(chat, kJob);
    wait_for_rounds(2);
    by_hand.ms += 1000;
    wait_for_rounds(2);
  }
  CHECK_FALSE(log.has("chat"));
  watchdog.stop();
  BlackBox::leave();
}

TEST(watchdog, SleepsWhileNobodyIsThere) {
  watched.busy = false;
  Watchdog watchdog({100, false}, log, clock, watched);
  watchdog.start();
  wait_for([&] {
    watched.busy = true;
    watchdog.wake();
    return watched.rounds > 2;
  });
  watchdog.stop();
}
