// What one of many contributes to a sum of bytes: at its end it is taken off.
#pragma once

#include <cstddef>

namespace ws::session {

class MemoryShare {
 public:
  // sum: outlives it.
  explicit MemoryShare(size_t& sum) noexcept : sum_(sum) {}
  ~MemoryShare() { sum_ -= bytes_; }
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;

  void set(size_t bytes) noexcept {
    sum_ += bytes - bytes_;
    bytes_ = bytes;
  }
  [[nodiscard]] size_t bytes() const noexcept { return bytes_; }

 private:
  size_t& sum_;
  size_t bytes_ = 0;
};

}  // namespace ws::session
