// Seats of all processes in the shared state.
//
// A row for each process and number, so that those of one that died are found, and one for the sum,
// so that a look at it is all that a handshake costs.
#pragma once

#include <cstdint>
#include <optional>

#include "channel/lmdb_writing.h"
#include "channel/seat_counts.h"

namespace ws::channel::lmdb {

// All or none: then the first kind that has none left.
[[nodiscard]] std::optional<SeatKind> take_seats(Writing& writing, uint16_t process,
                                                 const SeatRequests& requests);
// Whatever the limits say.
void add_seats(Writing& writing, uint16_t process, const SeatNumbers& numbers);
// What the process has not is left alone.
void remove_seats(Writing& writing, uint16_t process, const SeatNumbers& numbers);

// A process is gone. True: done; else call again, in another transaction.
[[nodiscard]] bool remove_all_seats(Writing& writing, uint16_t process);

// Of all processes, and of one.
[[nodiscard]] uint32_t seats_taken(Txn& txn, uint64_t number);
[[nodiscard]] uint32_t seats_taken(Txn& txn, uint64_t number, uint16_t process);

}  // namespace ws::channel::lmdb
