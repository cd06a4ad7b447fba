// Something that shall happen now and then, however often it is asked for: a line in the log.
#pragma once

#include <atomic>
#include <cstdint>

namespace ws::base {

// [any]
class OncePer {
 public:
  explicit constexpr OncePer(uint64_t period_ms) noexcept : period_ms_(period_ms) {}

  // True for one caller in each period; the first time at once.
  [[nodiscard]] bool is_due(uint64_t now_ms) noexcept {
    uint64_t next = next_ms_.load(std::memory_order_relaxed);
    return now_ms >= next && next_ms_.compare_exchange_strong(next, now_ms + period_ms_);
  }

 private:
  const uint64_t period_ms_;
  std::atomic<uint64_t> next_ms_ = 0;
};

}  // namespace ws::base
