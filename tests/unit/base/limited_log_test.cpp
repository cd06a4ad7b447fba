// Unit tests of base/limited_log and base/line_quota.
#include "base/limited_log.h"

#include <cstdlib>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws::base;

TEST_GROUP(LimitedLog) {
  struct Lines final : Log {
    std::vector<std::string> lines;
    [[nodiscard]] bool enabled(LogLevel) const noexcept override { return true; }
    void write(LogLevel, std::string_view line) noexcept override { lines.emplace_back(line); }
  };
};

TEST(LimitedLog, QuotaIsForASecondAndTellsOfTheRest) {
  LineQuota quota;
  for (unsigned i = 0; i < LineQuota::kMostPerSecond; ++i) CHECK_TRUE(quota.take(5000).due);
  CHECK_FALSE(quota.take(5500).due);
  CHECK_FALSE(quota.take(5999).due);
  const LineQuota::Turn turn = quota.take(6000);
  CHECK_TRUE(turn.due);
  LONGS_EQUAL(2, turn.missed);
  LONGS_EQUAL(0, quota.missed());
}

TEST(LimitedLog, EachLineIsWrittenOrCounted) {
  Lines log;
  size_t told = 0;
  {
    LimitedLog limited(log, "more of these");
    for (int i = 0; i < 1000; ++i) limited.write(LogLevel::error, "a line");
  }
  for (const std::string& line : log.lines)
    told += line == "a line" ? 1 : std::strtoul(line.c_str(), nullptr, 10);
  LONGS_EQUAL(1000, told);
  CHECK_TRUE(log.lines.size() < 1000);
  STRCMP_CONTAINS(" more of these", log.lines.back().c_str());
}
