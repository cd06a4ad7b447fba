// How many seats of which number are taken, in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "channel/seats.h"

namespace ws::channel {

// Not for two threads at a time.
class SeatCounts {
 public:
  // What is taken elsewhere, by kind.
  using Others = std::array<uint32_t, kSeatKinds>;

  // The first kind that has no seat left.
  [[nodiscard]] std::optional<SeatKind> find_full(const SeatRequests& requests,
                                                  const Others& others = {}) const noexcept;
  void add(const SeatNumbers& numbers);
  void remove(const SeatNumbers& numbers) noexcept;

  [[nodiscard]] uint32_t count(uint64_t number) const noexcept;
  // Numbers of which any seat is taken.
  [[nodiscard]] size_t size() const noexcept { return counts_.size(); }

 private:
  std::unordered_map<uint64_t, uint32_t> counts_;
};

}  // namespace ws::channel
