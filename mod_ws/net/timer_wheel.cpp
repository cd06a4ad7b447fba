// Coarse timers that are cheap to move.
#include "net/timer_wheel.h"

#include <algorithm>

namespace ws::net {

namespace {

void unlink(TimerLink& link) noexcept {
  link.previous->next = link.next;
  link.next->previous = link.previous;
  link.previous = link.next = nullptr;
}

void append(TimerLink& list, TimerLink& link) noexcept {
  link.previous = list.previous;
  link.next = &list;
  list.previous->next = &link;
  list.previous = &link;
}

// The first slot that begins at or after the moment.
uint64_t tick_of(uint64_t ms) noexcept {
  return (ms + TimerWheel::kSlotMs - 1) / TimerWheel::kSlotMs;
}

}  // namespace

void Timer::stop_timer() noexcept {
  if (timer_runs()) unlink(*this);
}

TimerWheel::TimerWheel(uint64_t now_ms) noexcept : tick_(now_ms / kSlotMs) {
  for (auto& slot : slots_) slot.previous = slot.next = &slot;
}

TimerWheel::~TimerWheel() {
  for (auto& slot : slots_)
    for (TimerLink* link = slot.next; link != &slot;) {
      TimerLink* const next = link->next;
      link->previous = link->next = nullptr;
      link = next;
    }
}

void TimerWheel::insert(Timer& timer) noexcept {
  // A deadline beyond one turn of the wheel waits in the farthest slot and moves on from there.
  const uint64_t tick = std::clamp(tick_of(timer.deadline_ms_), tick_, tick_ + kSlots - 1);
  append(slots_[tick % kSlots], timer);
}

void TimerWheel::schedule(Timer& timer, uint64_t deadline_ms) noexcept {
  if (timer.timer_runs()) {
    const bool later = deadline_ms >= timer.deadline_ms_;
    timer.deadline_ms_ = deadline_ms;
    if (later) return;
    unlink(timer);
  }
  timer.deadline_ms_ = deadline_ms;
  insert(timer);
}

void TimerWheel::run_slot(size_t slot, uint64_t now_ms) {
  // What is scheduled by a callback goes to another list than this one.
  TimerLink due;
  due.previous = due.next = &due;
  TimerLink& list = slots_[slot];
  while (list.next != &list) {
    TimerLink& link = *list.next;
    unlink(link);
    append(due, link);
  }
  while (due.next != &due) {
    auto& timer = static_cast<Timer&>(*due.next);
    unlink(timer);
    if (timer.deadline_ms_ <= now_ms) {
      timer.on_timer();
    } else {
      insert(timer);
    }
  }
}

void TimerWheel::advance(uint64_t now_ms) {
  const uint64_t last = now_ms / kSlotMs;
  if (last >= tick_ + kSlots) tick_ = last - kSlots + 1;  // every slot once is enough
  while (tick_ <= last) {
    const auto slot = static_cast<size_t>(tick_ % kSlots);
    ++tick_;
    run_slot(slot, now_ms);
  }
}

int TimerWheel::wait_ms(uint64_t now_ms) const noexcept {
  for (uint64_t tick = tick_; tick < tick_ + kSlots; ++tick) {
    const TimerLink& slot = slots_[tick % kSlots];
    if (slot.next == &slot) continue;
    const uint64_t when = tick * kSlotMs;
    return when <= now_ms ? 0 : static_cast<int>(when - now_ms);
  }
  return -1;
}

}  // namespace ws::net
