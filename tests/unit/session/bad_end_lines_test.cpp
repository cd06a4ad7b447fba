// Of many bad ends few lines are written, then their number.
#include <string>
#include <vector>

#include "net/event_loop.h"
#include "session/bad_end_lines.h"
#include "session_bench.h"

#include <CppUTest/TestHarness.h>

using namespace ws;
using namespace ws::session;
using namespace ws::session::test;

namespace {

struct LevelLog final : base::Log {
  explicit LevelLog(base::LogLevel most) : level(most) {}
  base::LogLevel level;
  std::vector<std::string> lines;
  [[nodiscard]] bool enabled(base::LogLevel asked) const noexcept override {
    return asked <= level;
  }
  void write(base::LogLevel, std::string_view line) noexcept override { lines.emplace_back(line); }
};

struct Lines {
  explicit Lines(base::LogLevel level = base::LogLevel::info) : log(level) {}

  unsigned take(unsigned count) {
    unsigned taken = 0;
    for (unsigned i = 0; i < count; ++i) taken += lines.take(log) ? 1 : 0;
    return taken;
  }
  void pass(uint64_t ms) {
    clock.ms += ms;
    loop.run_once(0);
  }

  LevelLog log;
  ManualClock clock;
  net::EventLoop loop{log, clock};
  BadEndLines lines{loop};
};

}  // namespace

TEST_GROUP(bad_end_lines){};

TEST(bad_end_lines, AsManyAsAllowedAreWritten) {
  Lines lines;
  CHECK_EQUAL(10u, lines.take(10));
  lines.pass(1'100);
  CHECK_EQUAL(0u, lines.log.lines.size());
}

TEST(bad_end_lines, OneMoreIsCountedAndToldWithinASecond) {
  Lines lines;
  CHECK_EQUAL(10u, lines.take(11));
  lines.pass(900);
  CHECK_EQUAL(0u, lines.log.lines.size());
  lines.pass(200);
  CHECK_EQUAL(1u, lines.log.lines.size());
  STRCMP_EQUAL("1 more sessions ended like those before", lines.log.lines[0].c_str());
}

TEST(bad_end_lines, EachSecondHasItsOwn) {
  Lines lines;
  CHECK_EQUAL(10u, lines.take(1'000));
  lines.pass(1'100);
  CHECK_EQUAL(10u, lines.take(1'000));
  lines.pass(1'100);
  lines.pass(1'100);
  CHECK_EQUAL(2u, lines.log.lines.size());
  STRCMP_EQUAL("990 more sessions ended like those before", lines.log.lines[1].c_str());
}

TEST(bad_end_lines, TheEndTellsTheRest) {
  LevelLog log(base::LogLevel::info);
  {
    Lines lines;
    for (int i = 0; i < 12; ++i) (void)lines.lines.take(log);
  }
  CHECK_EQUAL(1u, log.lines.size());
}

TEST(bad_end_lines, DebugTellsAll) {
  Lines lines(base::LogLevel::debug);
  CHECK_EQUAL(1'000u, lines.take(1'000));
}
