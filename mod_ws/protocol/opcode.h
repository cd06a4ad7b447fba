// The kinds of frames (RFC 6455 section 5.2).
#pragma once

#include <cstdint>

namespace ws::protocol {

enum class Opcode : uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

[[nodiscard]] constexpr bool is_control(Opcode opcode) noexcept {
  return (static_cast<uint8_t>(opcode) & 0x8) != 0;
}

// Whether the low four bits of a frame's first byte are an opcode that is in use.
[[nodiscard]] constexpr bool is_known_opcode(uint8_t bits) noexcept {
  return bits <= 0x2 || (bits >= 0x8 && bits <= 0xA);
}

}  // namespace ws::protocol
