// The sessions of one loop by number, so that nobody outside keeps a pointer to one.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/gauge.h"
#include "protocol/deflater_pool.h"
#include "protocol/inflater.h"
#include "protocol/message_assembler.h"
#include "session/bad_end_lines.h"
#include "session/seat.h"
#include "session/server_seats.h"
#include "session/traffic.h"

namespace ws::net {
class EventLoop;
}

namespace ws::session {

class Session;

// Names a session of any process of this server: process 16 bits, loop 4, slot 20,
// generation 24. 0 is nobody.
using SessionId = uint64_t;

constexpr unsigned loop_of(SessionId id) noexcept { return (id >> 44) & 0xf; }
constexpr unsigned process_of(SessionId id) noexcept { return static_cast<unsigned>(id >> 48); }

class SessionTable {
 public:
  // loop_index: below 16. seats: borrowed, or null; each session has one.
  SessionTable(net::EventLoop& loop, uint16_t process, unsigned loop_index,
               SeatCounter* seats = nullptr);
  ~SessionTable();
  SessionTable(const SessionTable&) = delete;
  SessionTable& operator=(const SessionTable&) = delete;

  [[nodiscard]] net::EventLoop& loop() const noexcept { return loop_; }

  // [any] False for a session that has ended; true may be outdated at once on other threads.
  [[nodiscard]] bool is_alive(SessionId id) const noexcept;
  // [any]
  [[nodiscard]] size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

  // [any] Messages that slow clients missed, since the loop began.
  [[nodiscard]] uint64_t dropped_messages() const noexcept {
    return dropped_messages_.load(std::memory_order_relaxed);
  }

  // ---- below: only on the loop's own thread ----

  void count_dropped(uint64_t messages) noexcept {
    dropped_messages_.fetch_add(messages, std::memory_order_relaxed);
  }

  // Null for one that has ended, or isn't of this table.
  [[nodiscard]] Session* find(SessionId id) const noexcept;
  // 0 when the table is full (2^20 sessions). seat: the session's, if it has one yet. What it has
  // in other processes' eyes is kept here, for most sessions have none.
  [[nodiscard]] SessionId insert(Session& session, Seat seat = {}, ServerSeats server_seats = {});
  void erase(SessionId id) noexcept;

  [[nodiscard]] BadEndLines& bad_end_lines() noexcept { return bad_end_lines_; }

  // Bytes of all messages that are not complete: each session changes its share.
  [[nodiscard]] base::Gauge& received_bytes() noexcept { return received_bytes_; }
  [[nodiscard]] size_t received_bytes() const noexcept { return received_bytes_.get(); }

  // [main] Counts there from now on: a Traffic for each place that settings name; and shows there
  // what it has received. Borrowed.
  void count_in(Traffic* places, base::Tally& received_bytes) noexcept {
    traffic_ = places;
    received_bytes_.show_in(received_bytes);
  }
  [[nodiscard]] Traffic& traffic(uint32_t place) noexcept { return traffic_[place]; }

  // Calls f for each session; f may end sessions.
  void for_each(const std::function<void(Session&)>& f);

  // A parser between two messages holds nothing, so that one serves all idle sessions.
  [[nodiscard]] std::unique_ptr<protocol::MessageAssembler> take_assembler();
  void give_back(std::unique_ptr<protocol::MessageAssembler> assembler) noexcept;

  // Without context takeover one of each serves all, but for an inflater inside of a message.
  [[nodiscard]] protocol::DeflaterPool& deflaters() noexcept { return deflaters_; }
  [[nodiscard]] protocol::Inflater& inflater();
  [[nodiscard]] std::unique_ptr<protocol::Inflater> take_inflater() noexcept {
    return std::move(inflater_);
  }
  void give_back(std::unique_ptr<protocol::Inflater> inflater) noexcept;

 private:
  struct Slot {
    std::atomic<uint32_t> generation{0};  // odd while in use
    uint32_t index = 0;
    Session* session = nullptr;
  };
  static constexpr size_t kChunkSize = 1024;
  using Chunk = std::array<Slot, kChunkSize>;
  static constexpr size_t kMaxChunks = 1024;

  [[nodiscard]] Slot* slot_of(SessionId id) const noexcept;
  void keep(uint32_t index, ServerSeats seats);
  void give_back_seats(uint32_t index) noexcept;

  net::EventLoop& loop_;
  BadEndLines bad_end_lines_{loop_};
  const SessionId prefix_;
  SeatCounter* const seats_;
  // Chunks are added by the loop and never move: other threads read generations.
  std::array<std::atomic<Chunk*>, kMaxChunks> chunks_{};
  size_t chunk_count_ = 0;
  std::vector<std::unique_ptr<std::array<ServerSeats, kChunkSize>>> server_seats_;  // as chunks_
  std::deque<uint32_t> free_;  // oldest first: a number comes back as late as possible
  std::atomic<size_t> size_ = 0;
  std::atomic<uint64_t> dropped_messages_ = 0;
  Traffic own_traffic_;
  Traffic* traffic_ = &own_traffic_;
  base::Gauge received_bytes_;
  std::unique_ptr<protocol::MessageAssembler> spare_;
  protocol::DeflaterPool deflaters_;
  std::unique_ptr<protocol::Inflater> inflater_;
};

}  // namespace ws::session
