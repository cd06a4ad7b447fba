// Frame headers, RFC 6455, section 5.2.
#include "message_reader.h"

namespace soak {

Reading MessageReader::next(Message& message) {
  const std::string_view bytes = std::string_view(bytes_).substr(taken_);
  if (bytes.size() < 2) return Reading::kIncomplete;
  const auto first = static_cast<uint8_t>(bytes[0]);
  const auto second = static_cast<uint8_t>(bytes[1]);
  constexpr uint8_t kFinal = 0x80, kCompressed = 0x40, kReserved = 0x30, kMasked = 0x80;
  if ((first & kFinal) == 0 || (first & kReserved) != 0 || (second & kMasked) != 0)
    return Reading::kBroken;
  const size_t length_bytes = second == 126 ? 2 : second == 127 ? 8 : 0;
  if (bytes.size() < 2 + length_bytes) return Reading::kIncomplete;
  uint64_t size = length_bytes == 0 ? second : 0;
  for (size_t i = 0; i < length_bytes; ++i) size = size << 8 | static_cast<uint8_t>(bytes[2 + i]);
  if (bytes.size() < 2 + length_bytes + size) return Reading::kIncomplete;
  message = {.opcode = static_cast<uint8_t>(first & 0x0f),
             .is_compressed = (first & kCompressed) != 0,
             .payload = bytes.substr(2 + length_bytes, size)};
  taken_ += 2 + length_bytes + size;
  return Reading::kMessage;
}

void MessageReader::tidy() {
  bytes_ = bytes_.substr(taken_);
  taken_ = 0;
}

}  // namespace soak
