// The client's side of RFC 6455, section 5: makes masked frames, reads the server's.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

// One fixed masking key, so that a frame is made once and sent a million times.
inline constexpr std::array<char, 4> kMaskingKey = {0x37, static_cast<char>(0xfa), 0x21, 0x3d};

std::string masked(std::string_view payload);
std::string masked_text_frame(std::string_view payload);

// Reads frames as they arrive, cut anywhere. It trusts the server as to flags and reserved bits;
// the sink compares every byte of every message.
class FrameReader {
 public:
  // sink.payload(offset, piece) for each piece of a message, sink.message_end(size) after its last
  // byte. Both return false when the message is not what it should be, and so does feed() then,
  // and for a close frame. Pings and pongs are skipped.
  template <typename Sink>
  [[nodiscard]] bool feed(std::string_view bytes, Sink& sink) {
    while (!bytes.empty()) {
      if (!in_payload_) {
        if (!take_header(bytes)) return true;
        in_payload_ = true;
        if (opcode() == kClose) return false;
      }
      const std::string_view piece = bytes.substr(0, std::min<uint64_t>(bytes.size(), left_));
      const bool data = opcode() <= kBinary;
      if (data && !piece.empty() && !sink.payload(message_offset_, piece)) return false;
      if (data) message_offset_ += piece.size();
      bytes.remove_prefix(piece.size());
      left_ -= piece.size();
      if (left_ > 0) return true;
      in_payload_ = false;
      if (!data || !is_final()) continue;
      const uint64_t size = message_offset_;
      message_offset_ = 0;
      if (!sink.message_end(size)) return false;
    }
    return true;
  }

 private:
  static constexpr uint8_t kBinary = 2;
  static constexpr uint8_t kClose = 8;

  [[nodiscard]] uint8_t opcode() const { return header_[0] & 0x0f; }
  [[nodiscard]] bool is_final() const { return (header_[0] & 0x80) != 0; }
  // Moves header bytes out of `bytes`; true when the header is whole.
  bool take_header(std::string_view& bytes);

  std::array<uint8_t, 14> header_{};
  uint8_t header_size_ = 0;
  bool in_payload_ = false;
  uint64_t left_ = 0;  // of the frame's payload, still to come
  uint64_t message_offset_ = 0;
};

}  // namespace bench
