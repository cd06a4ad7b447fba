// Tasks, turn ends and other threads.
#include "net/event_loop.h"

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "support/fakes.h"

#include <CppUTest/TestHarness.h>

using namespace ws::net;

namespace {

struct Hook final : TurnEnd {
  void on_turn_end() override {
    ++calls;
    if (then) then();
  }
  int calls = 0;
  std::function<void()> then;
};

struct Bell final : Timer {
  void on_timer() override { ++calls; }
  int calls = 0;
};

}  // namespace

TEST_GROUP(event_loop) {
  ws::test::ManualClock clock;
  ws::test::LinesLog log;
};

TEST(event_loop, RunsTasksInOrder) {
  EventLoop loop(log, clock);
  std::string order;
  loop.post([&] {
    order += "1";
    loop.post([&] { order += "3"; });
  });
  loop.post([&] { order += "2"; });
  STRCMP_EQUAL("", order.c_str());
  loop.run_once(0);
  STRCMP_EQUAL("12", order.c_str());
  loop.run_once(10'000);
  STRCMP_EQUAL("123", order.c_str());
}

TEST(event_loop, ATaskThatThrowsHarmsNoOther) {
  EventLoop loop(log, clock);
  std::string order;
  loop.post([&] { order += "1"; });
  loop.post([] { throw std::runtime_error("boom"); });
  loop.post([&] { order += "2"; });
  loop.run_once(0);
  STRCMP_EQUAL("12", order.c_str());
  CHECK_TRUE(log.has("boom"));
}

TEST(event_loop, TasksMayBeMoveOnlyAndAreDestroyedUnrun) {
  const auto alive = std::make_shared<int>(1);
  {
    EventLoop loop(log, clock);
    auto token = std::make_unique<std::shared_ptr<int>>(alive);
    loop.post([token = std::move(token)] { FAIL("must not run"); });
    CHECK_EQUAL(2, alive.use_count());
  }
  CHECK_EQUAL(1, alive.use_count());
}

TEST(event_loop, KnowsItsThread) {
  EventLoop loop(log, clock);
  EventLoop other(log, clock);
  CHECK_FALSE(loop.is_current());
  bool inside = false;
  std::thread([&] {
    loop.post([&] {
      inside = loop.is_current() && !other.is_current();
      loop.stop();
    });
    loop.run();
  }).join();
  CHECK_TRUE(inside);
  CHECK_FALSE(loop.is_current());
}

TEST(event_loop, TakesTasksFromManyThreadsEachInOrder) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 2000;
  EventLoop loop(log, clock);
  std::vector<int> last(kThreads, -1);
  bool ordered = true;
  int left = kThreads * kTasks;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i)
        loop.post([&, t, i] {
          ordered = ordered && last[static_cast<size_t>(t)] == i - 1;
          last[static_cast<size_t>(t)] = i;
          if (--left == 0) loop.stop();
        });
    });
  loop.run();
  for (std::thread& thread : threads) thread.join();
  CHECK_EQUAL(0, left);
  CHECK_TRUE(ordered);
}

TEST(event_loop, StopsASleepingLoopFromAnotherThread) {
  EventLoop loop(log, clock);
  std::thread other([&] { loop.stop(); });
  loop.run();
  other.join();
  // Stopped stays stopped.
  loop.run();
}

TEST(event_loop, WakeMakesItTurn) {
  EventLoop loop(log, clock);
  loop.wake();
  Hook hook;
  loop.add_turn_end(hook);
  loop.run_once(60'000);
  CHECK_EQUAL(1, hook.calls);
  loop.remove_turn_end(hook);
}

TEST(event_loop, CallsTurnEndsInOrderAfterTasks) {
  EventLoop loop(log, clock);
  std::string order;
  Hook first;
  Hook second;
  first.then = [&] {
    order += "a";
    CHECK_FALSE(loop.turn_end_is_due());
  };
  second.then = [&] { order += "b"; };
  loop.add_turn_end(first);
  loop.add_turn_end(second);
  loop.post([&] {
    order += "task ";
    CHECK_TRUE(loop.turn_end_is_due());
  });
  loop.run_once(0);
  STRCMP_EQUAL("task ab", order.c_str());
  loop.remove_turn_end(first);
  loop.run_once(0);
  STRCMP_EQUAL("task abb", order.c_str());
  loop.remove_turn_end(second);
}

TEST(event_loop, RunAgainMeansWithoutSleep) {
  EventLoop loop(log, clock);
  Hook hook;
  hook.then = [&] {
    if (hook.calls < 5) loop.run_again();
  };
  loop.add_turn_end(hook);
  loop.run_once(0);
  for (int i = 0; i < 4; ++i) loop.run_once(60'000);
  CHECK_EQUAL(5, hook.calls);
  loop.remove_turn_end(hook);
}

TEST(event_loop, ItsTimersFollowTheClock) {
  EventLoop loop(log, clock);
  loop.run_once(0);
  Bell bell;
  loop.schedule(bell, 200);
  loop.run_once(0);
  CHECK_EQUAL(0, bell.calls);
  clock.ms += 199;
  loop.run_once(0);
  CHECK_EQUAL(0, bell.calls);
  clock.ms += 51;
  loop.run_once(60'000);
  CHECK_EQUAL(1, bell.calls);
  CHECK_EQUAL(clock.ms.load(), loop.now_ms());
}

TEST(event_loop, ASliceBeginsWithTheFirstQuestion) {
  EventLoop loop(log, clock);
  loop.set_slice_ns(0);
  loop.begin_slice();
  CHECK_TRUE(loop.slice_is_over());
  loop.set_slice_ns(60'000'000'000);
  loop.begin_slice();
  CHECK_FALSE(loop.slice_is_over());
  CHECK_FALSE(loop.slice_is_over());
}
