// Numbers, wake-ups, rounds.
#include "channel/lmdb_control.h"

#include <sys/wait.h>

#include <thread>

#include "lmdb_state.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using namespace ws::channel::lmdb;

TEST_GROUP(lmdb_control) {
  test::State state;
  Control& control = *state.control;
};

TEST(lmdb_control, NumbersGoRound) {
  LONGS_EQUAL(1, control.number());
  CHECK_TRUE(control.is_alive(1));
  CHECK_FALSE(control.is_alive(2));
  LONGS_EQUAL(4, control.claim([](uint16_t number) { return number == 4; }));
  LONGS_EQUAL(2, control.claim([](uint16_t number) { return number == 2; }));
  LONGS_EQUAL(65'535, control.claim([](uint16_t number) { return number == 65'535; }));
  LONGS_EQUAL(3, control.claim([](uint16_t number) { return number == 3; }));
  LONGS_EQUAL(0, control.claim([](uint16_t) { return false; }));
}

TEST(lmdb_control, HintIsTheEarliestAndTheLatest) {
  const uint16_t own = control.number();
  control.hint(own, first_order(7), 7);
  control.hint(own, first_order(8), 8);
  control.hint(own, first_order(9), 9);
  const Control::Hint hint = control.take_hint();
  CHECK_TRUE(hint.from == first_order(7));
  LONGS_EQUAL(9, hint.until);
  CHECK_TRUE(control.take_hint().from == 0);
}

TEST(lmdb_control, SleepEndsWithTheBell) {
  const uint32_t seen = control.bell();
  std::thread ringer([this] { control.ring(control.number()); });
  while (control.bell() == seen) control.sleep(seen, UINT32_MAX);
  ringer.join();
  // A bell that rang before is not slept through.
  control.sleep(seen, UINT32_MAX);
}

TEST(lmdb_control, OneRoundInItsTime) {
  CHECK_TRUE(control.begin_round(10'000, 1000));
  CHECK_FALSE(control.begin_round(10'999, 1000));
  CHECK_TRUE(control.begin_round(11'000, 1000));
  CHECK_FALSE(control.begin_round(11'000, 1000));
  // The machine was restarted: its clock began anew.
  CHECK_TRUE(control.begin_round(5, 1000));
}

TEST(lmdb_control, GateOfOneWhoDiedOpens) {
  std::thread([this] { CHECK_TRUE(control.enter(1000) == Control::Gate::open); }).join();
  CHECK_TRUE(control.enter(1000) == Control::Gate::open);
  LONGS_EQUAL(2, control.own().writing.load());
  control.leave();
  LONGS_EQUAL(0, control.own().writing.load());
}

TEST(lmdb_control, GateIsWaitedForAndNotLonger) {
  CHECK_TRUE(control.enter(1000) == Control::Gate::open);
  std::thread([this] { CHECK_TRUE(control.enter(5) == Control::Gate::timeout); }).join();
  control.leave();
}

TEST(lmdb_control, SecondProcessIsNotTheFirst) {
  CHECK_TRUE(control.is_first());
  const pid_t child = fork();
  if (child == 0) {
    std::string error;
    const auto other = Control::open(state.directory.path() + "/control", error);
    const bool good = other && !other->is_first() && other->is_alive(1) &&
                      other->claim([](uint16_t) { return true; }) == 2;
    _exit(good ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  LONGS_EQUAL(0, status);
  CHECK_FALSE(control.is_alive(2));
}
