// Takes and gives back the seats of one process.
//
// Whoever waits does so for the writer's next transaction; a handshake that finds no seat left
// learns so from a look at the state, without a write.
#pragma once

#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/log.h"
#include "base/once_per.h"
#include "channel/lmdb_store.h"
#include "channel/lmdb_writer.h"
#include "channel/seat_counts.h"

namespace ws::channel::lmdb {

class SeatTaker {
 public:
  // All borrowed; process: the own number.
  SeatTaker(Store& store, Writer& writer, uint16_t process, const SeatKey& key, base::Log& log,
            const base::Clock& clock)
      : store_(store), writer_(writer), process_(process), key_(key), log_(log), clock_(clock) {}

  [[nodiscard]] const SeatKey& key() const noexcept { return key_; }

  // [worker] All or none. While the state can't be written, a process counts its own and what
  // others had written before: nobody is locked out, and at most `limit` come to each process.
  [[nodiscard]] std::optional<SeatKind> take(const SeatRequests& requests);
  // [worker] Without taking.
  [[nodiscard]] std::optional<SeatKind> find_full(const SeatRequests& requests);
  // [any] is_held: see Writer::submit().
  void give_back(const SeatNumbers& numbers, bool is_held);
  // [any] Whether this process has any.
  [[nodiscard]] bool has_any();

 private:
  [[nodiscard]] SeatCounts::Others read_others(const SeatRequests& requests);
  void look_for_dead();

  Store& store_;
  Writer& writer_;
  const uint16_t process_;
  const SeatKey key_;
  base::Log& log_;
  const base::Clock& clock_;
  base::OncePer lines_{60'000};
  base::OncePer searches_{1'000};
  std::mutex mutex_;  // guards own_
  SeatCounts own_;    // also those that are on their way to the state, either way
};

}  // namespace ws::channel::lmdb
