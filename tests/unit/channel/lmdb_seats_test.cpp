// Seats of several processes in one state.
#include "channel/lmdb_seats.h"

#include <string>

#include "channel/lmdb_presence.h"
#include "lmdb_state.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using namespace ws::channel::lmdb;

TEST_GROUP(lmdb_seats) {
  test::State state;

  std::optional<SeatKind> take(uint16_t process, const SeatRequests& requests) {
    std::optional<SeatKind> full;
    LONGS_EQUAL(
        0, state.write([&](Writing& writing) { full = take_seats(writing, process, requests); }));
    return full;
  }
  bool taken(uint16_t process, uint64_t number, uint32_t limit) {
    return !take(process, {{{number, limit}, {}, {}}});
  }
  void remove(uint16_t process, const SeatNumbers& numbers) {
    LONGS_EQUAL(0, state.write([&](Writing& writing) { remove_seats(writing, process, numbers); }));
  }
  void remove_all(uint16_t process) {
    std::string resume;
    bool done = false;
    while (!done)
      LONGS_EQUAL(0, state.write([&](Writing& writing) {
        done = remove_process(writing, process, resume);
      }));
  }
  uint32_t sum(uint64_t number) {
    ReadTxn txn(*state.store);
    return seats_taken(txn, number);
  }
  size_t rows() {
    ReadTxn txn(*state.store);
    return txn.entries(Table::seats);
  }
};

TEST(lmdb_seats, TheLimitHoldsOverAllProcesses) {
  CHECK_TRUE(taken(1, 7, 3));
  CHECK_TRUE(taken(2, 7, 3));
  CHECK_TRUE(taken(3, 7, 3));
  CHECK_FALSE(taken(4, 7, 3));
  CHECK_FALSE(taken(1, 7, 3));
  CHECK_TRUE(taken(1, 8, 3));
  remove(2, {7, 0, 0});
  CHECK_TRUE(taken(4, 7, 3));
  CHECK_FALSE(taken(4, 7, 3));
}

TEST(lmdb_seats, AllOrNone) {
  CHECK_FALSE(take(1, {{{1, 9}, {2, 1}, {3, 9}}}).has_value());
  CHECK_TRUE(take(2, {{{1, 9}, {2, 1}, {3, 9}}}) == SeatKind::user);
  LONGS_EQUAL(1, sum(1));
  LONGS_EQUAL(1, sum(2));
  LONGS_EQUAL(1, sum(3));
}

TEST(lmdb_seats, NothingStaysOfThoseThatLeft) {
  CHECK_TRUE(taken(1, 7, 2));
  CHECK_TRUE(taken(1, 7, 2));
  remove(1, {7, 0, 0});
  remove(1, {7, 0, 0});
  LONGS_EQUAL(0, rows());
}

TEST(lmdb_seats, AProcessGivesBackOnlyItsOwn) {
  CHECK_TRUE(taken(1, 7, 2));
  remove(2, {7, 0, 0});
  LONGS_EQUAL(1, sum(7));
}

TEST(lmdb_seats, WhatIsTakenInAnyCaseCountsForOthers) {
  LONGS_EQUAL(0, state.write([](Writing& writing) {
    for (int i = 0; i < 5; ++i) add_seats(writing, 1, {7, 0, 0});
  }));
  LONGS_EQUAL(5, sum(7));
  CHECK_FALSE(taken(2, 7, 5));
  CHECK_TRUE(taken(2, 7, 6));
}

TEST(lmdb_seats, AProcessThatEndsLeavesThoseOfOthers) {
  LONGS_EQUAL(0, state.write([](Writing& writing) {
    for (uint64_t number = 1; number <= 12'000; ++number) {
      add_seats(writing, 5, {number, 0, 0});
      if (number <= 10) add_seats(writing, 6, {number, number, 0});
    }
  }));
  LONGS_EQUAL(12'000 + 12'000 + 10, rows());
  remove_all(5);
  LONGS_EQUAL(20, rows());
  for (uint64_t number = 1; number <= 10; ++number) LONGS_EQUAL(2, sum(number));
  remove_all(6);
  LONGS_EQUAL(0, rows());
}

TEST(lmdb_seats, AWriteThatIsNotCommittedTakesNothing) {
  {
    Writing writing(*state.store, state.settings, {state.now_ms, 0});
    CHECK_FALSE(take_seats(writing, 1, {{{7, 1}, {}, {}}}).has_value());
  }
  LONGS_EQUAL(0, sum(7));
}

TEST(lmdb_seats, ARowThatIsNoneIsDamage) {
  LONGS_EQUAL(0, state.write([](Writing& writing) {
    writing.txn().put(Table::seats, Key().add(uint16_t{5}), "x");
  }));
  std::string resume;
  LONGS_EQUAL(MDB_CORRUPTED,
              state.write([&](Writing& writing) { CHECK_TRUE(remove_all_seats(writing, 5)); }));
}
