// Takes and gives back the seats of one process.
#include "channel/lmdb_seat_taker.h"

#include <memory>
#include <utility>

#include "channel/lmdb_seats.h"

namespace ws::channel::lmdb {

namespace {

constexpr uint32_t kWaitMs = 2'000;

Operation operation(Operation::Kind kind, const SeatRequests& requests) {
  Operation operation;
  operation.kind = kind;
  operation.seats = std::make_shared<const SeatRequests>(requests);
  return operation;
}

}  // namespace

// What this process has, the state knows a little later than it does itself.
SeatCounts::Others SeatTaker::read_others(const SeatRequests& requests) {
  SeatCounts::Others others{};
  ReadTxn txn(store_);
  for (size_t kind = 0; kind < kSeatKinds; ++kind) {
    const uint64_t number = requests[kind].number;
    if (number == 0) continue;
    const uint32_t own = seats_taken(txn, number, process_);
    const uint32_t all = seats_taken(txn, number);
    others[kind] = all > own ? all - own : 0;
  }
  return others;
}

// Whoever has the seats may have died, and this process sleeps: the writer looks each time it
// works.
void SeatTaker::look_for_dead() {
  if (searches_.is_due(clock_.now_ms()))
    (void)writer_.submit(operation(Operation::Kind::remove_seats, {}));
}

bool SeatTaker::has_any() {
  const std::lock_guard lock(mutex_);
  return own_.size() > 0;
}

std::optional<SeatKind> SeatTaker::find_full(const SeatRequests& requests) {
  const SeatCounts::Others others = read_others(requests);
  std::optional<SeatKind> full;
  {
    const std::lock_guard lock(mutex_);
    full = own_.find_full(requests, others);
  }
  if (full) look_for_dead();
  return full;
}

std::optional<SeatKind> SeatTaker::take(const SeatRequests& requests) {
  const SeatNumbers numbers = numbers_of(requests);
  const SeatCounts::Others others = read_others(requests);
  std::optional<SeatKind> full;
  {
    const std::lock_guard lock(mutex_);
    full = own_.find_full(requests, others);
    if (!full) own_.add(numbers);
  }
  if (full) {
    look_for_dead();
    return full;
  }
  const Outcome outcome =
      writer_.submit_and_wait(operation(Operation::Kind::take_seats, requests), kWaitMs);
  if (outcome.full_seat) {
    const std::lock_guard lock(mutex_);
    own_.remove(numbers);
    return outcome.full_seat;
  }
  if (outcome.receipt.status != BusStatus::ok) {
    if (lines_.is_due(clock_.now_ms()))
      log_.write(base::LogLevel::warning,
                 "the channels' state can't be written: limits of connections count those of each "
                 "process alone, and what others had before");
    (void)writer_.submit(operation(Operation::Kind::add_seats, requests));
  }
  return std::nullopt;
}

void SeatTaker::give_back(const SeatNumbers& numbers, bool is_held) {
  SeatRequests requests{};
  for (size_t kind = 0; kind < kSeatKinds; ++kind) requests[kind].number = numbers[kind];
  {
    const std::lock_guard lock(mutex_);
    own_.remove(numbers);
  }
  (void)writer_.submit(operation(Operation::Kind::remove_seats, requests), is_held);
}

}  // namespace ws::channel::lmdb
