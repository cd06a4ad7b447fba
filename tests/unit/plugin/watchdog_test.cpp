// The watchdog: what it tells of, and when it is quiet.
#include "plugin/watchdog.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

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

  // By hand, as a watchdog of 100 ms looks.
  void pass_rounds(int count) {
    for (int i = 0; i < count; ++i) {
      by_hand.ms += 25;
      wait_for_rounds(1);
    }
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
  for (int i = 0; i < 4; ++i) {
    const Entered entered(chat, "on_message");
    pass_rounds(3);
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
    pass_rounds(6);
  }
  CHECK_FALSE(log.has("chat"));
  watchdog.stop();
  BlackBox::leave();
}

TEST(watchdog, ACallbackThatHoldsNoLoopEndsNothing) {
  Watchdog watchdog({100, true}, log, by_hand, watched);
  watchdog.start();
  {
    const Entered entered(chat, "on_handshake");
    pass_rounds(6);
  }
  CHECK(log.has("in on_handshake has not returned for 0.1 s"));
  watchdog.stop();
  BlackBox::leave();
}

TEST(watchdog, TheTimeOfAStoppedProcessDoesNotCount) {
  Watchdog watchdog({100, false}, log, by_hand, watched);
  watchdog.start();
  {
    const Entered entered(chat, "on_message");
    wait_for_rounds(2);
    by_hand.ms += 3'600'000;
    wait_for_rounds(2);
  }
  CHECK_FALSE(log.has("chat"));
  watchdog.stop();
  BlackBox::leave();
}

TEST(watchdog, TheEndOfACopyOfTheProcessIsNobodys) {
  const Watchdog watchdog({}, log, by_hand, watched);
  {
    const Entered entered(chat, "on_message");
    const pid_t copy = ::fork();
    if (copy == 0) ::_exit(Watchdog::tell_end(0) || Watchdog::tell_end(SIGSEGV) ? 1 : 0);
    int status = -1;
    CHECK_EQUAL(copy, ::waitpid(copy, &status, 0));
    CHECK_EQUAL(0, status);
  }
  BlackBox::leave();
}

TEST(watchdog, ThreadsWithoutALineAccuseNobody) {
  const Watchdog watchdog({}, log, by_hand, watched);
  std::atomic<size_t> ready = 0;
  std::atomic<size_t> without = 0;
  std::atomic<size_t> told = 0;
  std::vector<std::thread> threads;
  constexpr size_t kThreads = BlackBox::kLines + 2;
  for (size_t i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      const OwnThread own;
      const Entered entered(chat, "on_message");
      ++ready;
      wait_for([&] { return ready == kThreads; });
      if (BlackBox::mine_if_any()) return;
      ++without;
      if (Watchdog::tell_end(SIGSEGV)) ++told;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(without >= 2);
  CHECK_EQUAL(0u, told.load());
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
