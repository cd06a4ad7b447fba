// What the sessions of one Location have done on one loop, since counting began.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/tally.h"

namespace ws::session {

// Close codes as they are counted: 1000 to 1015 each, then 3xxx, 4xxx, others; and, of no session's
// doing, connections that ended with their process.
inline constexpr size_t kCloseKinds = 20;
inline constexpr size_t kLost = kCloseKinds - 1;
[[nodiscard]] constexpr size_t close_kind(uint16_t code) noexcept {
  if (code >= 1000 && code < 1016) return code - size_t{1000};
  return code >= 4000 && code < 5000 ? 17 : code >= 3000 && code < 4000 ? 16 : 18;
}

// The loop counts, whoever likes reads.
struct Traffic {
  std::array<base::Tally, 2> opened;  // without and with TLS
  std::array<base::Tally, 2> closed;
  std::array<base::Tally, kCloseKinds> closed_by;
  base::Tally messages_in;
  base::Tally bytes_in;      // of frames
  base::Tally messages_out;  // when they are queued: some may be dropped
  base::Tally bytes_out;
  base::Tally dropped;  // messages that slow clients missed
};

}  // namespace ws::session
