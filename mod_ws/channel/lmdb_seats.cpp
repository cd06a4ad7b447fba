// Seats of all processes in the shared state.
#include "channel/lmdb_seats.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace ws::channel::lmdb {

namespace {

constexpr uint16_t kAll = 0;  // no process has this number
constexpr size_t kRowsAtOnce = 5000;

Key key_of(uint16_t process, uint64_t number) noexcept { return Key().add(process).add(number); }

void set(WriteTxn& txn, uint16_t process, uint64_t number, uint32_t count) {
  if (count > 0) {
    txn.put(Table::seats, key_of(process, number), bytes_of(count));
  } else {
    txn.erase(Table::seats, key_of(process, number));
  }
}

// Of the sum and of nothing else: a row that was lost never makes it negative.
void lower_sum(WriteTxn& txn, uint64_t number, uint32_t count) {
  const uint32_t all = seats_taken(txn, number);
  set(txn, kAll, number, all - std::min(all, count));
}

}  // namespace

uint32_t seats_taken(Txn& txn, uint64_t number, uint16_t process) {
  uint32_t count = 0;
  return txn.get(Table::seats, key_of(process, number), count) ? count : 0;
}

uint32_t seats_taken(Txn& txn, uint64_t number) { return seats_taken(txn, number, kAll); }

std::optional<SeatKind> take_seats(Writing& writing, uint16_t process,
                                   const SeatRequests& requests) {
  for (size_t kind = 0; kind < kSeatKinds; ++kind) {
    const SeatRequest& one = requests[kind];
    if (one.number != 0 && seats_taken(writing.txn(), one.number) >= one.limit)
      return static_cast<SeatKind>(kind);
  }
  add_seats(writing, process, numbers_of(requests));
  return std::nullopt;
}

void add_seats(Writing& writing, uint16_t process, const SeatNumbers& numbers) {
  WriteTxn& txn = writing.txn();
  for (const uint64_t number : numbers) {
    if (number == 0) continue;
    for (const uint16_t who : {process, kAll})
      set(txn, who, number, seats_taken(txn, number, who) + 1);
  }
}

void remove_seats(Writing& writing, uint16_t process, const SeatNumbers& numbers) {
  WriteTxn& txn = writing.txn();
  for (const uint64_t number : numbers) {
    if (number == 0) continue;
    const uint32_t own = seats_taken(txn, number, process);
    if (own == 0) continue;
    set(txn, process, number, own - 1);
    lower_sum(txn, number, 1);
  }
}

bool remove_all_seats(Writing& writing, uint16_t process) {
  WriteTxn& txn = writing.txn();
  std::vector<std::pair<uint64_t, uint32_t>> rows;
  {
    const Key prefix = Key().add(process);
    Cursor cursor(txn, Table::seats);
    for (bool found = cursor.seek(prefix);
         found && cursor.key().starts_with(prefix) && rows.size() < kRowsAtOnce;
         found = cursor.next()) {
      uint32_t count = 0;
      if (cursor.key().size() != sizeof(uint16_t) + sizeof(uint64_t) ||
          !record_of(cursor.value(), count)) {
        txn.fail(MDB_CORRUPTED);
        return true;
      }
      rows.emplace_back(number_in(cursor.key(), 2), count);
    }
  }
  for (const auto& [number, count] : rows) {
    set(txn, process, number, 0);
    lower_sum(txn, number, count);
  }
  return rows.size() < kRowsAtOnce;
}

}  // namespace ws::channel::lmdb
