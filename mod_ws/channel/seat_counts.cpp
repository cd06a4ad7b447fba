// How many seats of which number are taken, in memory.
#include "channel/seat_counts.h"

namespace ws::channel {

std::optional<SeatKind> SeatCounts::find_full(const SeatRequests& requests,
                                              const Others& others) const noexcept {
  for (size_t kind = 0; kind < kSeatKinds; ++kind) {
    const SeatRequest& one = requests[kind];
    if (one.number != 0 && uint64_t{count(one.number)} + others[kind] >= one.limit)
      return static_cast<SeatKind>(kind);
  }
  return std::nullopt;
}

void SeatCounts::add(const SeatNumbers& numbers) {
  for (const uint64_t number : numbers)
    if (number != 0) ++counts_[number];
}

void SeatCounts::remove(const SeatNumbers& numbers) noexcept {
  for (const uint64_t number : numbers) {
    const auto known = counts_.find(number);
    if (known != counts_.end() && --known->second == 0) counts_.erase(known);
  }
}

uint32_t SeatCounts::count(uint64_t number) const noexcept {
  const auto known = counts_.find(number);
  return known == counts_.end() ? 0 : known->second;
}

}  // namespace ws::channel
