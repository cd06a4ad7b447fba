// Cuts a client's bytes into frames (RFC 6455 section 5.2): headers are checked, payloads passed
// on in pieces. It holds no payload, allocates nothing and knows no limits but the protocol's;
// message_assembler.h does the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "protocol/opcode.h"
#include "protocol/protocol_error.h"

namespace ws::protocol {

// What next() found. A frame is one `header`, then one or more `payload`, of which only the last
// has `last` set (also when the frame is empty).
struct FramePiece {
  enum class Kind : uint8_t { need_input, header, payload, error };

  Kind kind = Kind::need_input;
  Opcode opcode = Opcode::continuation;  // of the frame; header and payload
  bool fin = false;                      // of the frame; header and payload
  bool compressed = false;               // header: RSV1 is set
  bool last = false;                     // payload: the frame is complete with these bytes
  ProtocolError error = ProtocolError::none;
  uint32_t mask = 0;           // payload: the key for its first byte, see mask.h
  uint64_t payload_size = 0;   // header: of the whole frame, as declared; below 2^63
  std::span<char> bytes = {};  // payload: still masked, a part of the input
};

// Fails at the first byte that shows the fault (the length as soon as it is whole), always with
// the same error wherever the input is cut, and stays failed.
class FrameParser {
 public:
  // Takes the next piece off the front of `input`. After an error it takes all of it.
  // `compression`: the first frame of a message may have RSV1 set (RFC 7692 section 6).
  [[nodiscard]] FramePiece next(std::span<char>& input, bool compression = false) noexcept;

  // A frame has begun and is not complete.
  [[nodiscard]] bool in_frame() const noexcept { return phase_ == Phase::payload || held_ > 0; }

  // The last data frame had no FIN: only a continuation may follow.
  [[nodiscard]] bool in_fragmented_message() const noexcept { return fragmented_; }

  // Bytes of the current frame's payload that have not been given yet.
  [[nodiscard]] uint64_t remaining() const noexcept { return remaining_; }

 private:
  enum class Phase : uint8_t {
    header,   // of the next frame; held_ bytes of it are here
    payload,  // remaining_ bytes to come, or the last piece is still to be given
    failed,   // for good
  };
  static constexpr size_t kMaxHeader = 14;

  FramePiece read_header(std::span<char>& input, bool compression) noexcept;
  FramePiece begin_frame(const unsigned char* header, size_t header_size,
                         uint64_t payload_size) noexcept;
  FramePiece take_payload(std::span<char>& input) noexcept;
  FramePiece fail(ProtocolError, std::span<char>& input) noexcept;

  uint64_t remaining_ = 0;
  uint32_t mask_ = 0;
  Phase phase_ = Phase::header;
  ProtocolError error_ = ProtocolError::none;
  Opcode opcode_ = Opcode::continuation;
  bool fin_ = false;
  bool fragmented_ = false;
  uint8_t held_ = 0;
  unsigned char header_[kMaxHeader] = {};
};

static_assert(sizeof(FrameParser) <= 40);

}  // namespace ws::protocol
