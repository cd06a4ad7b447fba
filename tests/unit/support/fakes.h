// A clock moved by hand, and a log that can be read.
#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"

namespace ws::test {

struct ManualClock final : base::Clock {
  std::atomic<uint64_t> ms = 1'000'000;
  [[nodiscard]] uint64_t now_ms() const noexcept override { return ms; }
};

class LinesLog final : public base::Log {
 public:
  [[nodiscard]] bool enabled(base::LogLevel) const noexcept override { return true; }
  void write(base::LogLevel, std::string_view line) noexcept override {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
  }
  [[nodiscard]] bool has(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(lines_.begin(), lines_.end(), [part](const std::string& line) {
      return line.find(part) != std::string::npos;
    });
  }

 private:
  mutable std::mutex mutex_;  // guards lines_
  std::vector<std::string> lines_;
};

}  // namespace ws::test
