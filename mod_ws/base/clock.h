// Monotonic time, so that a jump of the wall clock ends no connection.
#pragma once

#include <time.h>

#include <cstdint>

namespace ws::base {

// Milliseconds since some fixed moment.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual uint64_t now_ms() const noexcept = 0;
};

class MonotonicClock final : public Clock {
 public:
  [[nodiscard]] uint64_t now_ms() const noexcept override {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / 1000000;
  }
};

// Wall clock, for what people read: milliseconds since 1970, UTC.
inline int64_t unix_time_ms() noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

}  // namespace ws::base
