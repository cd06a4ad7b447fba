// A number that one thread counts and all others may read, also those of another process.
#pragma once

#include <atomic>
#include <cstdint>

namespace ws::base {

// Zeroed memory is one that counted nothing.
class Tally {
 public:
  // [any]
  [[nodiscard]] uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

  // Only by the one that counts. No locked instruction.
  void add(uint64_t more) noexcept { set(get() + more); }
  void set(uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }

  // [any] For one that many threads count.
  void add_shared(uint64_t more) noexcept { value_.fetch_add(more, std::memory_order_relaxed); }

 private:
  static_assert(std::atomic<uint64_t>::is_always_lock_free);
  std::atomic<uint64_t> value_ = 0;
};

}  // namespace ws::base
