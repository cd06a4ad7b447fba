// What one of many contributes to a sum of bytes: at its end it is taken off.
#pragma once

#include <cstddef>

#include "base/gauge.h"

namespace ws::session {

class MemoryShare {
 public:
  // sum: outlives it.
  explicit MemoryShare(base::Gauge& sum) noexcept : sum_(sum) {}
  ~MemoryShare() { sum_.add(0 - bytes_); }
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;

  void set(size_t bytes) noexcept {
    sum_.add(bytes - bytes_);
    bytes_ = bytes;
  }
  [[nodiscard]] size_t bytes() const noexcept { return bytes_; }

 private:
  base::Gauge& sum_;
  size_t bytes_ = 0;
};

}  // namespace ws::session
