// Writes the header of a frame from server to client: never masked (RFC 6455 section 5.1).
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/opcode.h"

namespace ws::protocol {

inline constexpr size_t kMaxServerHeader = 10;

// Writes the header to `out`, which has room for kMaxServerHeader bytes, and returns its size: 2,
// 4 or 10. The payload follows as it is. A control frame has `fin` and at most 125 bytes: the
// caller sees to that.
inline size_t write_frame_header(char* out, Opcode opcode, uint64_t payload_size, bool fin = true,
                                 bool rsv1 = false) noexcept {
  out[0] =
      static_cast<char>((fin ? 0x80U : 0U) | (rsv1 ? 0x40U : 0U) | static_cast<unsigned>(opcode));
  if (payload_size < 126) {
    out[1] = static_cast<char>(payload_size);
    return 2;
  }
  if (payload_size < 0x10000) {
    out[1] = 126;
    out[2] = static_cast<char>(payload_size >> 8);
    out[3] = static_cast<char>(payload_size);
    return 4;
  }
  out[1] = 127;
  for (int i = 0; i < 8; ++i) out[2 + i] = static_cast<char>(payload_size >> (56 - 8 * i));
  return kMaxServerHeader;
}

}  // namespace ws::protocol
