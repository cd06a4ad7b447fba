// A log's queue: order, its bound, a log that is stuck, the end.
#include "base/log_queue.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws::base;

namespace {

// Takes lines only while its gate is open.
class GatedLog final : public Log {
 public:
  [[nodiscard]] bool enabled(LogLevel level) const noexcept override {
    return level != LogLevel::debug;
  }
  void write(LogLevel, std::string_view line) noexcept override {
    std::unique_lock lock(mutex_);
    ++at_gate_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    lines_.emplace_back(line);
  }

  void set_open(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }
  void wait_at_gate() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return at_gate_ > 0; });
  }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  bool open_ = true;
  size_t at_gate_ = 0;
};

constexpr uint32_t kLong = 60'000;

}  // namespace

TEST_GROUP(log_queue) {
  GatedLog direct;
  LogQueue queue{4096};
  QueuedLog log{direct, queue};
};

TEST(log_queue, WritesAllInOrder) {
  std::vector<std::string> wanted;
  for (int i = 0; i < 1000; ++i) {
    wanted.push_back("line " + std::to_string(i));
    log.write(LogLevel::info, wanted.back());
    if (i % 10 == 9) CHECK(queue.wait_written(kLong));
  }
  CHECK(queue.stop(kLong));
  CHECK(direct.lines() == wanted);
}

TEST(log_queue, WhatIsNotEnabledIsNotQueued) {
  log.write(LogLevel::debug, "x");
  CHECK(queue.stop(kLong));
  CHECK(direct.lines().empty());
}

TEST(log_queue, R35_AStuckLogHoldsNobodyUpAndIsToldWhatIsMissing) {
  direct.set_open(false);
  log.write(LogLevel::info, "first");
  direct.wait_at_gate();
  const std::string line(100, 'x');
  for (int i = 0; i < 1000; ++i) log.write(LogLevel::info, line);
  CHECK_FALSE(queue.wait_written(1));
  direct.set_open(true);
  CHECK(queue.stop(kLong));
  const auto lines = direct.lines();
  const size_t passed = lines.size() - 2;
  CHECK(passed > 10 && passed < 41);
  STRCMP_EQUAL("first", lines.front().c_str());
  STRCMP_EQUAL(
      (std::to_string(1000 - passed) + " lines are missing here: the log did not take them in time")
          .c_str(),
      lines.back().c_str());
}

TEST(log_queue, ItsEndWaitsNoLongerThanToldForAStuckLog) {
  direct.set_open(false);
  log.write(LogLevel::info, "first");
  direct.wait_at_gate();
  CHECK_FALSE(queue.stop(1));
  log.write(LogLevel::info, "too late");
  direct.set_open(true);
  CHECK(queue.stop(kLong));
  CHECK_EQUAL(2, direct.lines().size());
  STRCMP_CONTAINS("1 lines are missing", direct.lines().back().c_str());
}

TEST(log_queue, EndsWithoutEverHavingHadALine) { CHECK(queue.stop(0)); }
