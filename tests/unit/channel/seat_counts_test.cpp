// Seats in memory, and the numbers of what they count.
#include "channel/seat_counts.h"

#include <set>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace ws::channel;

namespace {

constexpr SeatKey kKey{1, 2, 3};

}  // namespace

TEST_GROUP(seat_counts){};

TEST(seat_counts, FullAtTheLimitAndNotOneBefore) {
  SeatCounts counts;
  const SeatRequests two{{{7, 2}, {}, {}}};
  CHECK_FALSE(counts.find_full(two).has_value());
  counts.add({7, 0, 0});
  CHECK_FALSE(counts.find_full(two).has_value());
  counts.add({7, 0, 0});
  CHECK_TRUE(counts.find_full(two) == SeatKind::address);
  counts.remove({7, 0, 0});
  CHECK_FALSE(counts.find_full(two).has_value());
}

TEST(seat_counts, TellsTheFirstKindThatIsFull) {
  SeatCounts counts;
  counts.add({1, 2, 3});
  CHECK_TRUE(counts.find_full({{{1, 2}, {2, 2}, {3, 1}}}) == SeatKind::location);
  CHECK_TRUE(counts.find_full({{{1, 2}, {2, 1}, {3, 1}}}) == SeatKind::user);
  CHECK_TRUE(counts.find_full({{{1, 1}, {2, 1}, {3, 1}}}) == SeatKind::address);
}

TEST(seat_counts, CountsWhatIsTakenElsewhere) {
  SeatCounts counts;
  counts.add({1, 0, 0});
  CHECK_FALSE(counts.find_full({{{1, 4}, {}, {}}}, {2, 0, 0}).has_value());
  CHECK_TRUE(counts.find_full({{{1, 4}, {}, {}}}, {3, 0, 0}) == SeatKind::address);
  CHECK_TRUE(counts.find_full({{{1, 4}, {}, {}}}, {UINT32_MAX, 0, 0}) == SeatKind::address);
}

TEST(seat_counts, WhatDoesNotCountIsNeverFull) {
  SeatCounts counts;
  counts.add({0, 0, 0});
  CHECK_FALSE(counts.find_full({}).has_value());
  LONGS_EQUAL(0, counts.size());
}

TEST(seat_counts, KeepsNothingOfThoseThatLeft) {
  SeatCounts counts;
  for (uint64_t number = 1; number <= 1000; ++number) counts.add({number, number + 5000, 0});
  LONGS_EQUAL(2000, counts.size());
  for (uint64_t number = 1; number <= 1000; ++number) counts.remove({number, number + 5000, 0});
  LONGS_EQUAL(0, counts.size());
  counts.remove({1, 2, 3});
  LONGS_EQUAL(0, counts.size());
}

TEST(seat_counts, NumbersDependOnKindTextAndKey) {
  std::set<uint64_t> numbers;
  for (const SeatKind kind : {SeatKind::address, SeatKind::user, SeatKind::location})
    for (const char* const text : {"", "a", "b", "ab"})
      for (const SeatKey& key : {kKey, SeatKey{}}) numbers.insert(seat_number(key, kind, text));
  LONGS_EQUAL(3 * 4 * 2, numbers.size());
  CHECK_FALSE(numbers.contains(0));
  CHECK_TRUE(seat_number(kKey, SeatKind::user, "ann") == seat_number(kKey, SeatKind::user, "ann"));
  CHECK_TRUE(random_seat_key() != random_seat_key());
}
