// wsp/timers.hpp - Timers and Timer over wsp.timer/1: something to do later.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "wsp/extensions.h"
#include "wsp/guard.hpp"
#include "wsp/peer.hpp"

namespace wsp {

namespace detail {

struct TimerSlot {
  virtual ~TimerSlot() = default;
  virtual void fire() = 0;

  // A callback may destroy or replace its own Timer: the slot then lives until it returns.
  static void run(void* arg) noexcept {
    auto* slot = static_cast<TimerSlot*>(arg);
    slot->running = true;
    guarded(*slot->host, slot->session, "a timer", [slot] { slot->fire(); });
    slot->running = false;
    if (slot->dropped) delete slot;
  }

  const wsp_host* host = nullptr;
  const wsp_timer_1* api = nullptr;
  wsp_session session = 0;
  wsp_timer id = 0;
  bool running = false;
  bool dropped = false;
};

template <class F>
struct TimerSlotOf final : TimerSlot {
  explicit TimerSlotOf(F f) : callback(std::move(f)) {}
  void fire() override { callback(); }
  F callback;
};

inline uint32_t to_delay(std::chrono::milliseconds delay) noexcept {
  return static_cast<uint32_t>(
      std::clamp<int64_t>(delay.count(), 0, std::numeric_limits<uint32_t>::max()));
}

}  // namespace detail

// Owns a timer and its callback: destroying it stops it. Destroy it on the timer's own thread
// (as a member of the Session, it is) or, for the plugin's timers, in the plugin's destructor.
// Its callback may destroy it, or assign another to it.
class Timer {
 public:
  Timer() noexcept = default;
  Timer(Timer&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
  Timer& operator=(Timer&& other) noexcept {
    if (this != &other) {
      stop();
      slot_ = std::exchange(other.slot_, nullptr);
    }
    return *this;
  }
  ~Timer() { stop(); }

  // After this the callback is not called any more.
  void stop() noexcept {
    detail::TimerSlot* slot = std::exchange(slot_, nullptr);
    if (!slot) return;
    slot->api->stop(slot->host, slot->id);
    if (slot->running) {
      slot->dropped = true;
    } else {
      delete slot;
    }
  }

  // Started, and neither stopped nor moved from. True also after a single shot has fired.
  explicit operator bool() const noexcept { return slot_ != nullptr; }

 private:
  friend class Timers;
  explicit Timer(detail::TimerSlot* slot) noexcept : slot_(slot) {}
  detail::TimerSlot* slot_ = nullptr;
};

// Starts timers. A callback is called on the session's thread (the plugin's own: on one loop
// thread), must not block, and is not called after its session ended. Resolution about 50 ms.
// An empty Timer comes back when the session is gone or the host has no timers.
class Timers {
 public:
  explicit Timers(Host host) noexcept
      : host_(&host.raw()), api_(host.extension<wsp_timer_1>(WSP_TIMER_1)) {}

  explicit operator bool() const noexcept { return api_ != nullptr; }

  template <class F>
  [[nodiscard]] Timer after(Peer peer, std::chrono::milliseconds delay, F callback) const {
    return start(peer.id(), delay, std::chrono::milliseconds(0), std::move(callback));
  }
  template <class F>
  [[nodiscard]] Timer every(Peer peer, std::chrono::milliseconds period, F callback) const {
    period = std::max(period, std::chrono::milliseconds(1));
    return start(peer.id(), period, period, std::move(callback));
  }

  // The plugin's own: they belong to no session and end before the plugin is destroyed.
  template <class F>
  [[nodiscard]] Timer after(std::chrono::milliseconds delay, F callback) const {
    return start(0, delay, std::chrono::milliseconds(0), std::move(callback));
  }
  template <class F>
  [[nodiscard]] Timer every(std::chrono::milliseconds period, F callback) const {
    period = std::max(period, std::chrono::milliseconds(1));
    return start(0, period, period, std::move(callback));
  }

 private:
  template <class F>
  Timer start(wsp_session session, std::chrono::milliseconds delay,
              std::chrono::milliseconds repeat, F callback) const {
    if (!api_) return {};
    auto slot = std::make_unique<detail::TimerSlotOf<F>>(std::move(callback));
    slot->host = host_;
    slot->api = api_;
    slot->session = session;
    const wsp_status status =
        api_->start(host_, session, detail::to_delay(delay), detail::to_delay(repeat),
                    detail::TimerSlot::run, static_cast<detail::TimerSlot*>(slot.get()), &slot->id);
    return status == WSP_OK ? Timer(slot.release()) : Timer();
  }

  const wsp_host* host_;
  const wsp_timer_1* api_;
};

}  // namespace wsp
