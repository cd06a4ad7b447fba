// Text from outside as a terminal may get it.
#include "ctl/printable.h"

#include <algorithm>

#include "protocol/utf8.h"

namespace ws::ctl {

namespace {

bool is_lead(unsigned char byte) noexcept { return byte >= 0xC0; }

// Of the character that a text begins with.
size_t size_of(unsigned char lead) noexcept {
  if (lead < 0x80 || !is_lead(lead)) return 1;
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

bool is_control(std::string_view character) noexcept {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

void escape(std::string_view bytes, std::string& out) {
  if (bytes == "\n" || bytes == "\t") {
    out.append(bytes == "\n" ? "\\n" : "\\t");
    return;
  }
  for (const char c : bytes) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out.append("\\x").push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::string_view character = text.substr(0, size_of(static_cast<unsigned char>(text[0])));
    const bool is_text = protocol::is_valid_utf8(character);
    if (!is_text) character = character.substr(0, 1);
    if (is_text && !is_control(character)) {
      out.append(character);
    } else {
      escape(character, out);
    }
    text.remove_prefix(character.size());
  }
  return out;
}

size_t width_of(std::string_view text) noexcept {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace ws::ctl
