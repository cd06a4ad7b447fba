// The frame parser: one scan of the header's bytes for whole and for half-arrived headers.
#include "protocol/frame_parser.h"

#include <algorithm>
#include <cstring>

#include "protocol/mask.h"

namespace ws::protocol {
namespace {

constexpr unsigned char kFin = 0x80;
constexpr unsigned char kReservedBits = 0x70;
constexpr unsigned char kRsv1 = 0x40;
constexpr unsigned char kMasked = 0x80;

// RSV1 belongs to the first frame of a message only (RFC 7692 section 6).
bool has_wrong_reserved_bit(unsigned char byte, bool compression) noexcept {
  if ((byte & kReservedBits) == 0) return false;
  const auto opcode = static_cast<Opcode>(byte & 0x0F);
  const bool may_be_compressed = opcode == Opcode::text || opcode == Opcode::binary;
  return !compression || !may_be_compressed || (byte & kReservedBits) != kRsv1;
}

ProtocolError check_first_byte(unsigned char byte, bool fragmented, bool compression) noexcept {
  if (has_wrong_reserved_bit(byte, compression)) return ProtocolError::reserved_bit;
  if (!is_known_opcode(byte & 0x0F)) return ProtocolError::reserved_opcode;
  const auto opcode = static_cast<Opcode>(byte & 0x0F);
  if (is_control(opcode)) {
    return byte & kFin ? ProtocolError::none : ProtocolError::control_fragmented;
  }
  if (opcode == Opcode::continuation && !fragmented) return ProtocolError::unexpected_continuation;
  if (opcode != Opcode::continuation && fragmented) return ProtocolError::expected_continuation;
  return ProtocolError::none;
}

struct Scan {
  ProtocolError error = ProtocolError::none;
  size_t header_size = 0;  // 0 until the bytes tell
  uint64_t payload_size = 0;
};

// Looks at the first `have` bytes of a header, in their order: so it finds the same fault however
// many more there are.
Scan scan(const unsigned char* header, size_t have, bool fragmented, bool compression) noexcept {
  if (have < 1) return {};
  if (const ProtocolError error = check_first_byte(header[0], fragmented, compression);
      error != ProtocolError::none) {
    return {.error = error};
  }
  if (have < 2) return {};
  if (!(header[1] & kMasked)) return {.error = ProtocolError::unmasked_frame};
  const unsigned form = header[1] & 0x7FU;
  if (form < 126) return {.header_size = 6, .payload_size = form};
  if (is_control(static_cast<Opcode>(header[0] & 0x0F))) {
    return {.error = ProtocolError::control_too_long};
  }
  if (form == 126) {
    if (have < 4) return {.header_size = 8};
    const unsigned size = static_cast<unsigned>(header[2]) << 8 | header[3];
    if (size < 126) return {.error = ProtocolError::length_not_minimal};
    return {.header_size = 8, .payload_size = size};
  }
  if (have > 2 && (header[2] & 0x80)) return {.error = ProtocolError::length_too_big};
  if (have < 10) return {.header_size = 14};
  uint64_t size = 0;
  for (int i = 2; i < 10; ++i) size = size << 8 | header[i];
  if (size < 0x10000) return {.error = ProtocolError::length_not_minimal};
  return {.header_size = 14, .payload_size = size};
}

}  // namespace

FramePiece FrameParser::next(std::span<char>& input, bool compression) noexcept {
  switch (phase_) {
    case Phase::header:
      return read_header(input, compression);
    case Phase::payload:
      return take_payload(input);
    case Phase::failed:
      break;
  }
  return fail(error_, input);
}

FramePiece FrameParser::read_header(std::span<char>& input, bool compression) noexcept {
  if (input.empty()) return {};
  const unsigned char* header = reinterpret_cast<const unsigned char*>(input.data());
  size_t have = std::min(input.size(), kMaxHeader);
  if (held_ > 0) {
    have = std::min(input.size(), kMaxHeader - held_);
    std::memcpy(header_ + held_, input.data(), have);
    have += held_;
    header = header_;
  }
  const Scan found = scan(header, have, fragmented_, compression);
  if (found.error != ProtocolError::none) return fail(found.error, input);
  if (found.header_size == 0 || have < found.header_size) {
    if (held_ == 0) std::memcpy(header_, input.data(), have);
    held_ = static_cast<uint8_t>(have);
    input = {};
    return {};
  }
  input = input.subspan(found.header_size - held_);
  held_ = 0;
  return begin_frame(header, found.header_size, found.payload_size);
}

FramePiece FrameParser::begin_frame(const unsigned char* header, size_t header_size,
                                    uint64_t payload_size) noexcept {
  phase_ = Phase::payload;
  opcode_ = static_cast<Opcode>(header[0] & 0x0F);
  fin_ = (header[0] & kFin) != 0;
  if (!is_control(opcode_)) fragmented_ = !fin_;
  remaining_ = payload_size;
  std::memcpy(&mask_, header + header_size - sizeof mask_, sizeof mask_);
  return {.kind = FramePiece::Kind::header,
          .opcode = opcode_,
          .fin = fin_,
          .compressed = (header[0] & kRsv1) != 0,
          .payload_size = payload_size};
}

FramePiece FrameParser::take_payload(std::span<char>& input) noexcept {
  if (input.empty() && remaining_ > 0) return {};
  const auto size = static_cast<size_t>(std::min<uint64_t>(input.size(), remaining_));
  const FramePiece piece{.kind = FramePiece::Kind::payload,
                         .opcode = opcode_,
                         .fin = fin_,
                         .last = size == remaining_,
                         .mask = mask_,
                         .bytes = input.first(size)};
  input = input.subspan(size);
  remaining_ -= size;
  mask_ = rotate_mask(mask_, size);
  if (piece.last) phase_ = Phase::header;
  return piece;
}

FramePiece FrameParser::fail(ProtocolError error, std::span<char>& input) noexcept {
  phase_ = Phase::failed;
  error_ = error;
  held_ = 0;
  input = {};
  return {.kind = FramePiece::Kind::error, .error = error};
}

}  // namespace ws::protocol
