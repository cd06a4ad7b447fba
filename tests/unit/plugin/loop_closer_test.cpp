// How one loop's sessions are closed over time, and what a stop makes of that.
#include "plugin/loop_closer.h"

#include <string>
#include <vector>

#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws;
using namespace ws::plugin;
using namespace ws::plugin::test;

namespace {

constexpr int kSessions = 20;
constexpr uint32_t kSpreadMs = 2000;
constexpr uint32_t kWaitMs = 1000;
constexpr StopPlan kDrain{.code = 1012, .spread_ms = kSpreadMs, .wait_ms = kWaitMs};

}  // namespace

TEST_GROUP(loop_closer) {
  Script script;
  Stage stage{scripted_plugin(script)};
  int empty_turns = 0;
  LoopCloser closer{stage.runtime.first_loop(), [this] { ++empty_turns; }};
  std::vector<std::string> ends = std::vector<std::string>(kSessions);

  void setup() override {
    stage.limits.ping_interval_ms = 0;
    for (int i = 0; i < kSessions; ++i) stage.connect();
  }
  void begin(const StopPlan& plan) {
    stage.runtime.first_loop().loop.post([this, plan] { closer.begin(plan); });
    stage.turn();
  }
  // How many have a Close so far; the frames are in `ends`.
  int closed() {
    int count = 0;
    for (size_t i = 0; i < ends.size(); ++i) {
      ends[i] += stage.seats[i].peer.frames();
      count += ends[i].find("close") != std::string::npos ? 1 : 0;
    }
    return count;
  }
  int count(std::string_view what) {
    int found = 0;
    for (const std::string& end : ends) found += end.find(what) != std::string::npos ? 1 : 0;
    return found;
  }
};

TEST(loop_closer, R1_ClosesEvenlyOverTheTime) {
  begin(kDrain);
  CHECK_EQUAL(0, closed());
  for (uint32_t passed = 100; passed < kSpreadMs; passed += 100) {
    stage.pass(100);
    // The loop's timers are late by a slot at most.
    const int due = static_cast<int>(passed * kSessions / kSpreadMs);
    CHECK_TRUE(closed() <= due && closed() >= due - 1);
  }
  stage.pass(150);
  CHECK_EQUAL(kSessions, closed());
  CHECK_EQUAL(kSessions, count("close(1012,)"));
}

TEST(loop_closer, R1_ClosesInNoOrder) {
  begin(kDrain);
  bool is_another_order = false;
  for (int before = 0; before < kSessions; before = closed()) {
    stage.pass(50);
    closed();
    for (size_t i = 1; i < ends.size(); ++i)
      is_another_order = is_another_order || (ends[i - 1].empty() != ends[i].empty() && i > 1 &&
                                              ends[i - 1].empty() != ends[i - 2].empty());
  }
  CHECK_TRUE(is_another_order);
}

TEST(loop_closer, R1_CutsWhoHasNotAnsweredAtTheEndOfTheWait) {
  stage.limits.close_timeout_ms = 600'000;
  ends.resize(kSessions + 1);
  stage.connect();  // with the long timeout
  begin(kDrain);
  stage.pass(kSpreadMs + kWaitMs - 100);
  CHECK_EQUAL(kSessions + 1, closed());
  CHECK_EQUAL(0, empty_turns);
  stage.pass(200);
  CHECK_TRUE(empty_turns > 0);
  CHECK_TRUE(stage.log.has("the server stops"));
}

TEST(loop_closer, R1_OffClosesNobody) {
  begin({.code = 1012, .spread_ms = StopPlan::kUntilTheyLeave, .wait_ms = kWaitMs});
  stage.pass(600'000);
  CHECK_EQUAL(0, closed());
  for (auto& seat : stage.seats) seat.peer.close();
  stage.turn();
  stage.pass(2000);
  CHECK_TRUE(empty_turns > 0);
}

TEST(loop_closer, R7_AStopEndsADrain) {
  begin(kDrain);
  stage.pass(kSpreadMs / 2);
  const int told = closed();
  CHECK_TRUE(told > 0 && told < kSessions);
  closer.hurry(1001, 500);
  stage.turn();
  CHECK_EQUAL(kSessions, closed());
  CHECK_EQUAL(told, count("close(1012,)"));
  CHECK_EQUAL(kSessions - told, count("close(1001,)"));
  stage.pass(600);
  CHECK_TRUE(empty_turns > 0);
}

TEST(loop_closer, R7_AStopMayComeBeforeAnyDrain) {
  closer.hurry(1001, 500);
  stage.turn();
  CHECK_EQUAL(kSessions, closed());
  CHECK_EQUAL(kSessions, count("close(1001,)"));
  begin(kDrain);  // comes too late
  stage.pass(600);
  CHECK_TRUE(empty_turns > 0);
}
