// Frames as a client sends them, right and wrong ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ws::protocol::test {

// First bytes of frames: FIN and opcode.
inline constexpr uint8_t kText = 0x81;
inline constexpr uint8_t kBinary = 0x82;
inline constexpr uint8_t kClose = 0x88;
inline constexpr uint8_t kPing = 0x89;
inline constexpr uint8_t kPong = 0x8A;
inline constexpr uint8_t kTextBegin = 0x01;
inline constexpr uint8_t kBinaryBegin = 0x02;
inline constexpr uint8_t kContinue = 0x00;
inline constexpr uint8_t kContinueEnd = 0x80;
inline constexpr uint8_t kCompressed = 0x40;  // RSV1: with kText, kBinary, kTextBegin, kBinaryBegin

inline constexpr std::string_view kMask{"\x37\xFA\x21\x3D", 4};

// The two, four or ten bytes before the mask, with the length in the form of `extra` (0, 2 or 8)
// further bytes.
inline std::string header_of_form(uint8_t first, size_t extra, uint64_t size) {
  std::string header(1, static_cast<char>(first));
  header.push_back(static_cast<char>(extra == 0 ? 0x80 | size : extra == 2 ? 0xFE : 0xFF));
  for (size_t i = extra; i-- > 0;) header.push_back(static_cast<char>(size >> (8 * i)));
  return header;
}

inline std::string header(uint8_t first, uint64_t size) {
  return header_of_form(first, size < 126 ? 0 : size < 65536 ? 2 : 8, size);
}

// The payload with the mask on it or off it, one byte at a time as RFC 6455 section 5.3 says.
inline std::string masked(std::string_view payload, std::string_view mask = kMask) {
  std::string bytes(payload);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ mask[i % 4]);
  return bytes;
}

inline std::string frame(uint8_t first, std::string_view payload, std::string_view mask = kMask) {
  return header(first, payload.size()).append(mask).append(masked(payload, mask));
}

inline std::string close_frame(unsigned code, std::string_view reason = "") {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  return frame(kClose, payload.append(reason));
}

}  // namespace ws::protocol::test
