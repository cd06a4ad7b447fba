// Timers that plugins start on one loop, by number.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "net/event_loop.h"
#include "plugin/acting.h"
#include "plugin/black_box.h"
#include "plugin/statistics.h"
#include "wsp/extensions.h"

namespace ws::plugin {

// Made by any thread, called on the loop.
class LoopTimers {
 public:
  struct Request {
    const void* owner;  // whose remove_all() ends it
    uint32_t delay_ms;
    uint32_t repeat_ms;
    wsp_timer_fn fn;
    void* arg;
    session::SessionId session = 0;    // that acts in fn
    uint32_t place = 0;                // in the statistics
    const Suspect* suspect = nullptr;  // whose fn it is; null: ours
  };

  // [main] Borrowed. index: of the loop; part of the numbers. acting, row: the loop's.
  LoopTimers(net::EventLoop& loop, base::Log& faults, const base::Clock& clock, unsigned index,
             session::SessionId& acting, const Row& row) noexcept;
  // [main] When the loop runs no more.
  ~LoopTimers();
  LoopTimers(const LoopTimers&) = delete;
  LoopTimers& operator=(const LoopTimers&) = delete;

  static constexpr unsigned index_of(wsp_timer timer) noexcept { return timer >> kIndexShift; }

  // [any] A number; nothing is called before schedule().
  [[nodiscard]] wsp_timer make(const Request& request);
  // [loop] Starts the clock. Nothing for one that was stopped.
  void schedule(wsp_timer timer);
  // [any] On the loop its fn is not called any more; on other threads it may be running. False:
  // unknown or over.
  bool stop(wsp_timer timer);
  // [loop], or [main] when it runs no more.
  void remove_all(const void* owner);

  // [any] Forgets those of the numbers that are over.
  void prune(std::vector<wsp_timer>& timers) const;
  // [any]
  [[nodiscard]] size_t size() const;

 private:
  static constexpr unsigned kIndexShift = 56;
  class Entry;
  friend class Entry;

  void fire(Entry& entry);
  std::unique_ptr<Entry> extract(wsp_timer timer);

  net::EventLoop& loop_;
  base::Log& faults_;
  const base::Clock& clock_;
  session::SessionId& acting_;
  const Row& row_;
  std::atomic<wsp_timer> last_;
  Entry* firing_ = nullptr;                // [loop]
  std::unique_ptr<Entry> stopped_firing_;  // [loop] it stopped itself
  mutable std::mutex mutex_;               // guards entries_
  std::unordered_map<wsp_timer, std::unique_ptr<Entry>> entries_;
};

}  // namespace ws::plugin
