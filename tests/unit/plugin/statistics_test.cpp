// Unit tests of plugin/statistics and its view.
#include "plugin/statistics.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "plugin/metrics_text.h"
#include "plugin/statistics_view.h"
#include "plugin/status_text.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;

namespace {

constexpr Statistics::Size kSize{3, 3};

// As child processes have it.
class Shared {
 public:
  Shared()
      : memory_(mmap(nullptr, Statistics::bytes(kSize), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
        statistics(memory_, kSize) {}
  ~Shared() { munmap(memory_, Statistics::bytes(kSize)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

 private:
  void* memory_;

 public:
  Statistics statistics;
};

void in_a_child_that_is_killed(Statistics& statistics, void (*f)(Statistics&)) {
  const pid_t pid = fork();
  if (pid == 0) {
    f(statistics);
    (void)raise(SIGKILL);
  }
  int status = 0;
  LONGS_EQUAL(pid, waitpid(pid, &status, 0));
}

// Nothing can be opened, not in /proc either.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{0, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_GROUP(Statistics) {
  Shared shared;
  Statistics& statistics = shared.statistics;
};

TEST(Statistics, GivesTheSamePlaceForTheSameTexts) {
  const uint32_t chat = statistics.place_of("a.example", "/ws/chat", "chat");
  CHECK_TRUE(chat != 0);
  LONGS_EQUAL(chat, statistics.place_of("a.example", "/ws/chat", "chat"));
  CHECK_TRUE(statistics.place_of("b.example", "/ws/chat", "chat") != chat);
  LONGS_EQUAL(0, statistics.place_of("c.example", "/ws/chat", "chat"));  // there is no room
}

TEST(Statistics, CutsLongTexts) {
  const std::string name(1000, 'x');
  const uint32_t place = statistics.place_of(name, name, name);
  LONGS_EQUAL(place, statistics.place_of(name, name, name));
  const StatisticsView view = view_of(statistics, 1000);
  LONGS_EQUAL(1, view.places.size());
  LONGS_EQUAL(99, view.places[0].server.size());
}

TEST(Statistics, HasNoMoreRowsThanRoom) {
  for (unsigned i = 0; i < kSize.rows; ++i) CHECK_TRUE(bool{statistics.claim(0, i, 0)});
  CHECK_FALSE(bool{statistics.claim(0, 3, 0)});
}

TEST(Statistics, GoesOnWhereTheLastOwnerStopped) {
  const uint32_t place = statistics.place_of("s", "/", "p");
  const Row first = statistics.claim(1, 0, 0);
  first.traffic(place).messages_in.add(5);
  first.head().waiting_bytes.set(7);
  Statistics::release(first);
  const Row second = statistics.claim(2, 0, 0);
  POINTERS_EQUAL(&first.head(), &second.head());
  second.traffic(place).messages_in.add(2);
  const StatisticsView view = view_of(statistics, 1000);
  LONGS_EQUAL(7, view.places[0].messages_in);
  LONGS_EQUAL(1, view.processes.size());
  LONGS_EQUAL(0, view.processes[0].waiting_bytes);
  LONGS_EQUAL(2, view.processes[0].generation);
}

TEST(Statistics, ConnectionsEndWithTheirProcess) {
  const uint32_t place = statistics.place_of("s", "/", "p");
  LONGS_EQUAL(1, place);
  in_a_child_that_is_killed(statistics, [](Statistics& own) {
    const Row row = own.claim(0, 0, 0);
    row.traffic(1).opened[1].add(3);
    row.traffic(1).closed[1].add(1);
    row.traffic(1).closed_by[ws::session::close_kind(1000)].add(1);
  });
  const auto check = [&] {
    const StatisticsView view = view_of(statistics, 1000);
    LONGS_EQUAL(3, view.places[0].opened[1]);
    LONGS_EQUAL(0, view.places[0].open[1]);
    LONGS_EQUAL(2, view.places[0].closed_by[ws::session::kLost]);
  };
  check();
  const Row next = statistics.claim(0, 0, 0);
  CHECK_TRUE(bool{next});
  check();
}

#ifndef WS_SANITIZED  // which needs descriptors to look at an object
TEST(Statistics, HasARowForWhoCannotReadProc) {
  Row row;
  {
    const NoDescriptors none;
    row = statistics.claim(0, 0, 0);
    CHECK_TRUE(bool{row});
    LONGS_EQUAL(getpid(), Statistics::owner_of(row));
  }
  LONGS_EQUAL(getpid(), Statistics::owner_of(row));
  CHECK_TRUE(&row.head() != &statistics.claim(0, 1, 0).head());
}

TEST(Statistics, AProcessIsNotGoneBecauseProcCannotBeRead) {
  const uint32_t place = statistics.place_of("s", "/", "p");
  const Row row = statistics.claim(0, 0, 0);
  row.traffic(place).opened[0].add(2);
  const NoDescriptors none;
  const StatisticsView view = view_of(statistics, 1000);
  LONGS_EQUAL(1, view.processes.size());
  LONGS_EQUAL(2, view.places[0].open[0]);
  CHECK_TRUE(&row.head() != &statistics.claim(0, 1, 0).head());
}

TEST(Statistics, AProcessThatDiedIsGoneWithoutProcToo) {
  const NoDescriptors none;
  in_a_child_that_is_killed(statistics, [](Statistics& own) { (void)own.claim(0, 0, 0); });
  LONGS_EQUAL(0, view_of(statistics, 1000).processes.size());
  POINTERS_EQUAL(&statistics.row(0).head(), &statistics.claim(0, 0, 0).head());
}
#endif

TEST(Statistics, AnotherOneWithTheSameNumberIsNotTheOwner) {
  const Row row = statistics.claim(0, 0, 0);
  row.head().owner.fetch_xor(1);  // when it started
  LONGS_EQUAL(0, Statistics::owner_of(row));
}

TEST(Statistics, GivesBackOnlyWhatIsItsOwn) {
  const Row row = statistics.claim(0, 0, 0);
  const uint64_t other = row.head().owner.load() + (uint64_t{1} << 40);
  row.head().owner.store(other);
  Statistics::release(row);
  CHECK_TRUE(row.head().owner.load() == other);
}

TEST(Statistics, AddsLoopsOfOneProcessUp) {
  const uint32_t place = statistics.place_of("s", "/", "p");
  for (unsigned i = 0; i < 2; ++i) {
    const Row row = statistics.claim(4, i, 0);
    row.traffic(place).opened[0].add(2);
    row.head().received_bytes.set(10);
  }
  const StatisticsView view = view_of(statistics, 1000);
  LONGS_EQUAL(1, view.processes.size());
  LONGS_EQUAL(getpid(), view.processes[0].pid);
  LONGS_EQUAL(4, view.processes[0].open);
  LONGS_EQUAL(20, view.processes[0].received_bytes);
}

TEST(Statistics, RatesAreThoseOfTheLastSeconds) {
  const uint32_t place = statistics.place_of("s", "/", "p");
  const Row row = statistics.claim(0, 0, 0);
  row.traffic(place).messages_in.add(1'000'000);
  statistics.mark(row, 100'000);
  statistics.mark(row, 110'000);
  row.traffic(place).messages_in.add(200);
  DOUBLES_EQUAL(10.0, view_of(statistics, 120'000).places[0].in_per_second, 0.01);
  statistics.mark(row, 115'000);  // too soon
  DOUBLES_EQUAL(10.0, view_of(statistics, 120'000).places[0].in_per_second, 0.01);
}

TEST(Statistics, SlowestIsForgottenAfterTwoMinutes) {
  CallTimes times;
  note_slowest(times, 60'000'000'000, 5'000'000);
  note_slowest(times, 61'000'000'000, 2'000'000);
  LONGS_EQUAL(5000, slowest_us(times, 61'000));
  LONGS_EQUAL(5000, slowest_us(times, 125'000));
  LONGS_EQUAL(0, slowest_us(times, 185'000));
  note_slowest(times, 180'000'000'000, 1'000'000);
  LONGS_EQUAL(1000, slowest_us(times, 185'000));
}

TEST(Statistics, KindsOfEnds) {
  STRCMP_EQUAL("1006", close_name(ws::session::close_kind(1006)).c_str());
  STRCMP_EQUAL("3xxx", close_name(ws::session::close_kind(3000)).c_str());
  STRCMP_EQUAL("4xxx", close_name(ws::session::close_kind(4999)).c_str());
  STRCMP_EQUAL("other", close_name(ws::session::close_kind(2000)).c_str());
  STRCMP_EQUAL("lost", close_name(ws::session::kLost).c_str());
  STRCMP_EQUAL("503", refusal_name(refusal_kind(503)).c_str());
  STRCMP_EQUAL("other", refusal_name(refusal_kind(418)).c_str());
}

TEST(Statistics, NamesAreEscapedInEachForm) {
  const uint32_t place = statistics.place_of("s", "/<a>\"\\\n&", "p\xff");
  statistics.claim(0, 0, 0).traffic(place).opened[0].add(1);
  const StatisticsView view = view_of(statistics, 0);
  STRCMP_CONTAINS(R"(location="/<a>\"\\\n&",plugin="p\\xff")",
                  metrics_text(view, MetricsForm::open_metrics).c_str());
  STRCMP_CONTAINS("<td>/&lt;a&gt;&quot;\\\n&amp;</td><td>p\\xff</td>", status_html(view).c_str());
  STRCMP_CONTAINS("WebSocketLocation[0]Path: /<a>\"\\ &\n", status_lines(view).c_str());
}

TEST(Statistics, TellsHowFarADrainIs) {
  const uint32_t place = statistics.place_of("s", "/", "p");
  const Row row = statistics.claim(0, 0, 0);
  row.traffic(place).opened[0].add(4);
  row.traffic(place).closed[0].add(3);
  row.head().stopping_since_ms.set(10'000);
  row.head().stopping_sessions.set(4);
  row.head().stopping_until_ms.set(40'000);
  const StatisticsView view = view_of(statistics, 15'000);
  STRCMP_CONTAINS("draining for 5 s, 3 of 4 closed, 25 s left", status_html(view).c_str());
  STRCMP_CONTAINS("WebSocketConnectionsDraining: 1\n", status_lines(view).c_str());
  STRCMP_CONTAINS("websocket_processes{state=\"draining\"} 1\n",
                  metrics_text(view, MetricsForm::prometheus).c_str());
}
