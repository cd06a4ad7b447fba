// Waits for the right to write, and ends a stopped process that keeps it from all others.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "base/log.h"
#include "channel/lmdb_control.h"
#include "channel/lmdb_settings.h"
#include "channel/lmdb_store.h"

namespace ws::channel::lmdb {

class Gatekeeper {
 public:
  // All borrowed.
  Gatekeeper(Control& control, const LmdbSettings& settings, base::Log& log,
             const base::Clock& clock) noexcept
      : control_(control), settings_(settings), log_(log), clock_(clock) {}

  // One thread, which leaves too. store: null before it is open. False: not within the time, or
  // is_broken().
  [[nodiscard]] bool enter(Store* store, uint32_t timeout_ms);
  void leave() noexcept { control_.leave(); }
  // The memory of the gate is damaged: nobody passes it any more.
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }

  // With the gate. A write found no room: gives free what dead processes hold; and when this goes
  // on, ends those that are stopped and hold old pages.
  void look_for_room(Store& store);
  // A write found room.
  void note_room() noexcept { full_since_ms_ = 0; }

 private:
  enum class Blame : uint8_t { has_gate, wants_gate, reads };
  bool end_stopped(Store& store, Blame blame);

  Control& control_;
  const LmdbSettings& settings_;
  base::Log& log_;
  const base::Clock& clock_;
  uint64_t full_since_ms_ = 0;
  bool is_broken_ = false;
};

// Whether a write failed only for want of room: in the state, or on the disk.
[[nodiscard]] bool is_no_room(int error) noexcept;

}  // namespace ws::channel::lmdb
