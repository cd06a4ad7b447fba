// Of lines that others can cause as often as they like some are written each second, and then how
// many more there were.
#pragma once

#include <cstdint>
#include <mutex>
#include <utility>

namespace ws::base {

// [any]
class LineQuota {
 public:
  static constexpr unsigned kMostPerSecond = 10;

  struct Turn {
    bool due;         // the line may be written
    uint64_t missed;  // lines to tell of before, that were not written
  };
  [[nodiscard]] Turn take(uint64_t now_ms) noexcept {
    const std::lock_guard lock(mutex_);
    if (now_ms >= end_ms_) {
      end_ms_ = now_ms + 1000;
      written_ = 1;
      return {true, std::exchange(missed_, 0)};
    }
    if (written_ < kMostPerSecond) {
      ++written_;
      return {true, 0};
    }
    ++missed_;
    return {false, 0};
  }

  // What nobody was told of.
  [[nodiscard]] uint64_t missed() noexcept {
    const std::lock_guard lock(mutex_);
    return std::exchange(missed_, 0);
  }

 private:
  std::mutex mutex_;  // guards all below
  uint64_t end_ms_ = 0;
  unsigned written_ = 0;
  uint64_t missed_ = 0;
};

}  // namespace ws::base
