// Seats through a bus of each engine: threads, a full state, the end of a process.
#include <atomic>
#include <thread>

#include "engines.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;

namespace {

SeatRequests address(uint64_t number, uint32_t limit) { return {{{number, limit}, {}, {}}}; }

}  // namespace

TEST_GROUP(seats) {
  ws::base::MonotonicClock clock;
  test::Engines engines{clock};
};

TEST(seats, FullAtTheLimitUntilOneLeaves) {
  for (const auto& bus : engines.buses) {
    const uint64_t number = bus->number_of(SeatKind::address, "192.0.2.1");
    for (int i = 0; i < 3; ++i) CHECK_FALSE(bus->take_seats(address(number, 3)).has_value());
    CHECK_TRUE(bus->find_full(address(number, 3)) == SeatKind::address);
    CHECK_TRUE(bus->take_seats(address(number, 3)) == SeatKind::address);
    CHECK_FALSE(bus->find_full(address(number, 4)).has_value());
    bus->give_back({number, 0, 0});
    CHECK_FALSE(bus->find_full(address(number, 3)).has_value());
    CHECK_FALSE(bus->take_seats(address(number, 3)).has_value());
    CHECK_TRUE(bus->take_seats(address(number, 3)) == SeatKind::address);
  }
}

TEST(seats, ARefusedOneTakesNoOthersSeat) {
  for (const auto& bus : engines.buses) {
    CHECK_FALSE(bus->take_seats({{{1, 9}, {2, 1}, {3, 2}}}).has_value());
    for (int i = 0; i < 5; ++i)
      CHECK_TRUE(bus->take_seats({{{1, 9}, {2, 1}, {3, 2}}}) == SeatKind::user);
    CHECK_FALSE(bus->take_seats({{{1, 2}, {4, 1}, {3, 2}}}).has_value());
    CHECK_TRUE(bus->take_seats({{{9, 1}, {8, 1}, {3, 2}}}) == SeatKind::location);
  }
}

// Whoever comes first has them; the limit is never passed, and nothing is lost.
TEST(seats, ThreadsNeverHaveMoreThanTheLimit) {
  for (const auto& bus : engines.buses) {
    constexpr int kLimit = 5;
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    std::atomic<int> refused = 0;
    const auto visit = [&] {
      for (int i = 0; i < 200; ++i) {
        if (bus->take_seats(address(7, kLimit))) {
          ++refused;
          continue;
        }
        const int now = ++inside;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        std::this_thread::yield();
        --inside;
        bus->give_back({7, 0, 0});
      }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back(visit);
    for (std::thread& thread : threads) thread.join();
    CHECK_TRUE(most <= kLimit);
    CHECK_TRUE(refused < 8 * 200);
    for (int i = 0; i < kLimit; ++i) CHECK_FALSE(bus->take_seats(address(7, kLimit)).has_value());
    CHECK_TRUE(bus->take_seats(address(7, kLimit)) == SeatKind::address);
  }
}

TEST(seats, AnotherBusHasAnotherKeyUnlessItSharesTheState) {
  const std::string directory = engines.settings.directory;
  LmdbBus& bus = static_cast<LmdbBus&>(*engines.buses[0]);
  const uint64_t number = bus.number_of(SeatKind::user, "ann");
  CHECK_TRUE(number != engines.buses[1]->number_of(SeatKind::user, "ann"));
  engines.buses[0].reset();
  std::string error;
  const auto again = LmdbBus::open(engines.settings, engines.log, clock, error);
  STRCMP_EQUAL("", error.c_str());
  CHECK_TRUE(number == again->number_of(SeatKind::user, "ann"));
}

TEST(seats, AProcessThatEndsGivesBackItsOwn) {
  CHECK_FALSE(engines.buses[0]->take_seats(address(7, 1)).has_value());
  engines.buses[0].reset();
  std::string error;
  const auto next = LmdbBus::open(engines.settings, engines.log, clock, error);
  STRCMP_EQUAL("", error.c_str());
  CHECK_FALSE(next->take_seats(address(7, 1)).has_value());
}
