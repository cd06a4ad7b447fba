// Coarse timers that are cheap to move: a wheel of 512 slots of 50 ms.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ws::net {

// A link in the wheel's lists.
struct TimerLink {
  TimerLink* previous = nullptr;
  TimerLink* next = nullptr;
};

// Something to be woken. Belongs to one loop; destroying it stops it.
class Timer : private TimerLink {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() { stop_timer(); }

  // No call of on_timer follows.
  void stop_timer() noexcept;
  [[nodiscard]] bool timer_runs() const noexcept { return next != nullptr; }

 protected:
  // On the loop, once per schedule(), at or up to one slot after the deadline. The
  // timer is stopped then; it may be scheduled again or destroyed in the call. Must not throw.
  virtual void on_timer() = 0;

 private:
  friend class TimerWheel;
  uint64_t deadline_ms_ = 0;
};

class TimerWheel {
 public:
  static constexpr uint64_t kSlotMs = 50;

  explicit TimerWheel(uint64_t now_ms) noexcept;
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Calls on_timer at deadline_ms; a deadline set before is forgotten. Moving a timer
  // to a later deadline costs one store: it is put into its new slot when the old comes up.
  void schedule(Timer&, uint64_t deadline_ms) noexcept;

  // Calls what is due.
  void advance(uint64_t now_ms);

  // Milliseconds until advance() may have something to do; -1: nothing scheduled.
  [[nodiscard]] int wait_ms(uint64_t now_ms) const noexcept;

 private:
  static constexpr size_t kSlots = 512;

  void insert(Timer&) noexcept;
  void run_slot(size_t slot, uint64_t now_ms);

  std::array<TimerLink, kSlots> slots_;
  uint64_t tick_;  // the next slot to run, in units of kSlotMs
};

}  // namespace ws::net
