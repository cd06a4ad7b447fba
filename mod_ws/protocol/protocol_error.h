// What a peer can do wrong once the connection is open: one value per cause.
#pragma once

#include <cstdint>
#include <string_view>

namespace ws::protocol {

// The section is of RFC 6455 unless said. close_code() tells the code to close with.
enum class ProtocolError : uint8_t {
  none,
  reserved_bit,             // 5.2: RSV1, RSV2 or RSV3 without an extension that gives it a meaning
  reserved_opcode,          // 5.2: 3 to 7 and 11 to 15
  control_fragmented,       // 5.5: a control frame without FIN
  unexpected_continuation,  // 5.4: a continuation, but no message is open
  expected_continuation,    // 5.4: a new message inside a fragmented one
  unmasked_frame,           // 5.1: a client must mask
  control_too_long,         // 5.5: more than 125 bytes
  length_not_minimal,       // 5.2: a longer form of the length than it needs
  length_too_big,           // 5.2: the top bit of the 64-bit length is set
  bad_close_payload,        // 5.5.1: one byte, which is no code
  bad_close_code,           // 7.4: a code that must not be sent in a frame
  bad_close_reason,         // 5.5.1, 8.1: the reason is not UTF-8
  invalid_utf8,             // 8.1: a text message that is not UTF-8
  message_too_big,          // 7.4.1: larger than ReadLimits::max_message_size
  too_many_fragments,       // 7.4.1: more frames than ReadLimits::max_fragments
  bad_compressed_data,      // RFC 7692 7.2.2: not DEFLATE, or a distance beyond the window
  unfinished_compressed_data,  // RFC 7692 7.2.1: the message ends inside a block
};

// The code for our Close frame: 1002, 1007, 1008 or 1009; 1000 for none.
[[nodiscard]] uint16_t close_code(ProtocolError) noexcept;

// A few ASCII words for a log line or a close reason (at most 123 bytes), static. Empty for none.
[[nodiscard]] std::string_view describe(ProtocolError) noexcept;

}  // namespace ws::protocol
