// Connections against a limit: each has a seat, from its handshake to its session's end.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace ws::session {

class Seat;

// [any]
class SeatCounter {
 public:
  // Counted up, and read, in one order for all threads: whoever finds nobody may sleep.
  // An empty one: so many are taken.
  [[nodiscard]] Seat take(size_t most) noexcept;
  void add() noexcept { taken_.fetch_add(1); }
  [[nodiscard]] size_t taken() const noexcept { return taken_.load(); }
  void give_back() noexcept { taken_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<size_t> taken_ = 0;
};

// Given back at its end. The counter outlives it.
class Seat {
 public:
  Seat() noexcept = default;
  explicit Seat(SeatCounter& counter) noexcept : counter_(&counter) {}
  Seat(Seat&& other) noexcept : counter_(std::exchange(other.counter_, nullptr)) {}
  Seat& operator=(Seat&& other) noexcept {
    std::swap(counter_, other.counter_);
    return *this;
  }
  ~Seat() {
    if (counter_) counter_->give_back();
  }

  [[nodiscard]] explicit operator bool() const noexcept { return counter_ != nullptr; }
  // Whoever calls this gives it back.
  void keep() noexcept { counter_ = nullptr; }

 private:
  SeatCounter* counter_ = nullptr;
};

inline Seat SeatCounter::take(size_t most) noexcept {
  size_t taken = taken_.load(std::memory_order_relaxed);
  do {
    if (taken >= most) return {};
  } while (!taken_.compare_exchange_weak(taken, taken + 1));
  return Seat(*this);
}

}  // namespace ws::session
