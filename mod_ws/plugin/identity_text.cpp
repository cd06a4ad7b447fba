// What may stand in an identity.
#include "plugin/identity_text.h"

#include <charconv>

#include "protocol/utf8.h"

namespace ws::plugin {

namespace {

// C0, DEL and C1.
bool is_printable(std::string_view text) noexcept {
  if (!protocol::is_valid_utf8(text)) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
  }
  return true;
}

}  // namespace

bool is_user_name(std::string_view text) noexcept {
  return text.size() <= kMaxUser && is_printable(text);
}

bool is_display_name(std::string_view text) noexcept {
  return text.size() <= kMaxDisplayName && is_printable(text);
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      decoded.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

}  // namespace ws::plugin
