// One rate for many threads: how much may come in a second, and at once.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "session/rate_limit.h"

namespace ws::session {

// [any] No lock: threads that meet here try again.
class SharedRate {
 public:
  explicit SharedRate(const Rate& rate) noexcept : rate_(rate) {}

  // False: this one is too many, and does not count.
  [[nodiscard]] bool take(uint64_t now_ms) noexcept {
    if (rate_.per_second == 0) return true;
    // Thousandths of one: as much as time brings in a millisecond is the rate.
    const uint64_t now = now_ms * rate_.per_second;
    uint64_t paid = paid_.load(std::memory_order_relaxed);
    uint64_t next = 0;
    do {
      const uint64_t from = std::max(paid, now);
      if (from + kOne - now > rate_.burst * kOne) return false;
      next = from + kOne;
    } while (!paid_.compare_exchange_weak(paid, next, std::memory_order_relaxed));
    return true;
  }

 private:
  static constexpr uint64_t kOne = 1000;

  const Rate rate_;
  std::atomic<uint64_t> paid_ = 0;  // when all is paid that came, in thousandths, as `now`
};

}  // namespace ws::session
