// Looks for processes that died, and for what time made superfluous.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "channel/lmdb_gatekeeper.h"
#include "channel/lmdb_writing.h"

namespace ws::channel::lmdb {

// On the writer's thread.
class Reaper {
 public:
  // All borrowed.
  Reaper(Store& store, Control& control, Gatekeeper& gatekeeper, const LmdbSettings& settings,
         base::Log& log, const base::Clock& clock) noexcept;

  // When nobody did for round_ms, in whatever process: lets the sessions of dead processes leave.
  void round();

  // The same at once. Used when a process starts.
  void look_for_dead();

  // Lets this process's own sessions leave, and forgets it. False: not within the time.
  [[nodiscard]] bool remove_self(uint64_t deadline_ms);

  // Drops channels that nobody listens to or is in, some in each call: those without history, and
  // with_history those, too, that nobody has used lately.
  void drop_channels(Writing& writing, bool with_history);

 private:
  [[nodiscard]] std::vector<uint16_t> dead_processes();
  [[nodiscard]] bool remove(uint16_t process, uint64_t deadline_ms);
  void wake_all();
  void expire();
  void make_room();

  Store& store_;
  Control& control_;
  Gatekeeper& gatekeeper_;
  const LmdbSettings& settings_;
  base::Log& log_;
  const base::Clock& clock_;
  uint64_t swept_ = 0;  // the last channel that was looked at
};

// Channels, listeners and members take more than their share.
[[nodiscard]] bool is_crowded_in(Writing& writing);

[[nodiscard]] Times times_now(const base::Clock& clock) noexcept;

}  // namespace ws::channel::lmdb
