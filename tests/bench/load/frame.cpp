// Frame headers, RFC 6455, section 5.2.
#include "frame.h"

#include <algorithm>
#include <cstring>

namespace bench {

std::string masked(std::string_view payload) {
  std::string bytes(payload);
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(bytes[i] ^ kMaskingKey[i % kMaskingKey.size()]);
  return bytes;
}

std::string masked_text_frame(std::string_view payload) {
  std::string frame = "\x81";
  const size_t size = payload.size();
  int length_bytes = 0;
  if (size < 126) {
    frame += static_cast<char>(0x80 | size);
  } else {
    length_bytes = size < 65536 ? 2 : 8;
    frame += static_cast<char>(0x80 | (length_bytes == 2 ? 126 : 127));
  }
  for (int i = length_bytes - 1; i >= 0; --i) frame += static_cast<char>(size >> (8 * i));
  frame.append(kMaskingKey.data(), kMaskingKey.size());
  return frame + masked(payload);
}

bool FrameReader::take_header(std::string_view& bytes) {
  size_t needed = 2;
  for (;;) {
    const size_t taken = std::min(needed - header_size_, bytes.size());
    std::memcpy(header_.data() + header_size_, bytes.data(), taken);
    header_size_ = static_cast<uint8_t>(header_size_ + taken);
    bytes.remove_prefix(taken);
    if (header_size_ < needed) return false;
    const uint8_t length = header_[1] & 0x7f;
    const size_t length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    const bool has_key = (header_[1] & 0x80) != 0;  // an echo of opaque bytes is masked still
    const size_t whole = 2 + length_bytes + (has_key ? 4 : 0);
    if (needed == whole) {
      left_ = length_bytes == 0 ? length : 0;
      for (size_t i = 0; i < length_bytes; ++i) left_ = left_ << 8 | header_[2 + i];
      header_size_ = 0;
      return true;
    }
    needed = whole;
  }
}

}  // namespace bench
