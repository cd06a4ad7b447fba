// One loop with all that its sessions need; its thread is engine.cpp's matter.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "channel/fan_out.h"
#include "net/event_loop.h"
#include "plugin/black_box.h"
#include "plugin/loop_timers.h"
#include "plugin/statistics.h"
#include "session/session_table.h"

namespace ws::plugin {

struct LoopContext {
  // [main]
  LoopContext(base::Log& log, base::Log& faults, const base::Clock& clock, channel::Bus& bus,
              session::SeatCounter& seats, uint16_t process, unsigned index,
              const Statistics& statistics, const Row& own_row)
      : row(own_row),
        loop(log, clock),
        table(loop, process, index, &seats),
        fan_out(loop, bus),
        timers(loop, faults, clock, index, acting, row),
        marker_(statistics, row, loop) {
    loop.show_waiting_in(row.head().waiting_bytes);
    table.count_in(row.traffic(), row.head().received_bytes);
    fan_out.count_in(row.head().bus);
  }

  // [any] Hands a copied message over to the loop. False: more than `limit` bytes wait.
  template <class F>
  [[nodiscard]] bool post_sized(size_t size, size_t limit, F f) {
    const size_t cost = size + kTaskCost;
    if (mailbox_bytes.fetch_add(cost, std::memory_order_relaxed) + cost > limit) {
      mailbox_bytes.fetch_sub(cost, std::memory_order_relaxed);
      return false;
    }
    try {
      loop.post([this, cost, f = std::move(f)]() mutable {
        mailbox_bytes.fetch_sub(cost, std::memory_order_relaxed);
        f();
      });
    } catch (...) {
      mailbox_bytes.fetch_sub(cost, std::memory_order_relaxed);
      throw;
    }
    return true;
  }

  const OwnedRow row;  // in the statistics; all below count there
  net::EventLoop loop;
  session::SessionTable table;
  channel::FanOut fan_out;
  // [loop] The session whose callback runs; 0: nobody's.
  session::SessionId acting = 0;
  LoopTimers timers;

  // [loop] The text message that a plugin handles right now: UTF-8 already.
  std::string_view checked_text;

  // [loop] A callback about what may not be compressed runs: nor may what it sends.
  bool keeps_plain = false;

  std::atomic<const BlackBoxLine*> line = nullptr;  // its thread's, if any
  std::atomic<size_t> incoming = 0;                 // connections on their way here
  std::atomic<size_t> mailbox_bytes = 0;            // of other threads' messages

 private:
  static constexpr size_t kTaskCost = 128;

  // For rates.
  class Marker final : public net::TurnEnd {
   public:
    Marker(const Statistics& statistics, const Row& row, net::EventLoop& loop)
        : statistics_(statistics), row_(row), loop_(loop) {
      loop_.add_turn_end(*this);
    }
    ~Marker() override { loop_.remove_turn_end(*this); }
    Marker(const Marker&) = delete;
    Marker& operator=(const Marker&) = delete;
    void on_turn_end() override { statistics_.mark(row_, loop_.now_ms()); }

   private:
    const Statistics& statistics_;
    const Row& row_;
    net::EventLoop& loop_;
  };
  Marker marker_;
};

}  // namespace ws::plugin
