// Numbers of sessions: never a wrong one.
#include "session/session_table.h"

#include <set>
#include <vector>

#include "session_bench.h"

#include <CppUTest/TestHarness.h>

using namespace ws::session;
using namespace ws::session::test;

TEST_GROUP(session_table){};

TEST(session_table, FindsWhoIsThereAndNobodyElse) {
  Bench bench;
  bench.open();
  const SessionId id = bench.handler.session->id();
  POINTERS_EQUAL(bench.handler.session, bench.table.find(id));
  CHECK(bench.table.is_alive(id));
  CHECK_EQUAL(7u, process_of(id));
  CHECK_EQUAL(0u, loop_of(id));
  for (const SessionId wrong :
       {SessionId{0}, id + 1, id + 2, id ^ (SessionId{1} << 48), id ^ (SessionId{1} << 44),
        id ^ (SessionId{1} << 24), id ^ (SessionId{0x80000} << 24)}) {
    POINTERS_EQUAL(nullptr, bench.table.find(wrong));
    CHECK_FALSE(bench.table.is_alive(wrong));
  }
}

TEST(session_table, R39_AStaleNumberStaysStale) {
  Bench bench;
  bench.open();
  Session& session = *bench.handler.session;
  std::set<SessionId> seen{session.id()};
  // The slots of one chunk, several times over.
  for (int i = 0; i < 5000; ++i) {
    const SessionId id = bench.table.insert(session);
    CHECK(seen.insert(id).second);
    CHECK(bench.table.is_alive(id));
    bench.table.erase(id);
    CHECK_FALSE(bench.table.is_alive(id));
    POINTERS_EQUAL(nullptr, bench.table.find(id));
    bench.table.erase(id);
  }
  CHECK_EQUAL(1u, bench.table.size());
}

TEST(session_table, SeatsOfAllProcessesEndWithTheSession) {
  struct Office final : SeatOffice {
    void give_back(const SeatNumbers& seats) noexcept override {
      sum += seats[0];
      ++count;
    }
    uint64_t sum = 0;
    unsigned count = 0;
  };
  Office office;
  Bench bench;
  bench.open();
  Session& session = *bench.handler.session;
  // In several chunks, and not all have seats.
  std::vector<SessionId> ids;
  for (uint64_t i = 0; i < 3000; ++i)
    ids.push_back(i % 3 == 0 ? bench.table.insert(session, {}, ServerSeats(office, {i + 1, 0, 0}))
                             : bench.table.insert(session));
  CHECK_EQUAL(0u, office.count);
  uint64_t sum = 0;
  for (uint64_t i = 0; i < ids.size(); ++i) {
    if (i % 3 == 0) sum += i + 1;
    bench.table.erase(ids[i]);
    bench.table.erase(ids[i]);
  }
  CHECK_EQUAL(1000u, office.count);
  CHECK_EQUAL(sum, office.sum);
}
