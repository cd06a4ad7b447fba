// A log that takes some lines a second, and then how many more there were.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/line_quota.h"
#include "base/log.h"

namespace ws::base {

// [any]
class LimitedLog final : public Log {
 public:
  // log: borrowed. rest: what the lines that are left out are called: "more exceptions ...".
  LimitedLog(Log& log, std::string rest) : log_(log), rest_(std::move(rest)) {}
  ~LimitedLog() override { tell(LogLevel::error, quota_.missed()); }
  LimitedLog(const LimitedLog&) = delete;
  LimitedLog& operator=(const LimitedLog&) = delete;

  [[nodiscard]] bool enabled(LogLevel level) const noexcept override { return log_.enabled(level); }
  void write(LogLevel level, std::string_view line) noexcept override {
    const LineQuota::Turn turn = quota_.take(clock_.now_ms());
    tell(level, turn.missed);
    if (turn.due) log_.write(level, line);
  }

 private:
  void tell(LogLevel level, uint64_t missed) noexcept {
    if (missed == 0) return;
    try {
      log_.write(level, std::to_string(missed) + ' ' + rest_);
    } catch (...) {
      log_.write(level, rest_);
    }
  }

  Log& log_;
  const std::string rest_;
  const MonotonicClock clock_;
  LineQuota quota_;
};

}  // namespace ws::base
