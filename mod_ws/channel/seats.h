// Limits of connections that hold for a whole server: what counts, and how much of it there may be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "session/server_seats.h"

namespace ws::channel {

using session::SeatNumbers;

// Who or what the connections of one number have in common.
enum class SeatKind : uint8_t { address, user, location };
inline constexpr size_t kSeatKinds = std::tuple_size_v<SeatNumbers>;

struct SeatRequest {
  uint64_t number = 0;  // 0: does not count
  uint32_t limit = 0;
};
// By SeatKind.
using SeatRequests = std::array<SeatRequest, kSeatKinds>;

[[nodiscard]] SeatNumbers numbers_of(const SeatRequests& requests) noexcept;

// Made at random, once for all processes: nobody outside can find two that share a number.
using SeatKey = std::array<unsigned char, 16>;
[[nodiscard]] SeatKey random_seat_key();

// Never 0.
[[nodiscard]] uint64_t seat_number(const SeatKey& key, SeatKind kind, std::string_view what);

}  // namespace ws::channel
