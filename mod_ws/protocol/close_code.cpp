// Close codes and payloads.
#include "protocol/close_code.h"

#include <cstring>

#include "protocol/utf8.h"

namespace ws::protocol {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// The character at the front of `text`, or the bytes that U+FFFD stands for (never none).
struct Character {
  size_t size;
  bool valid;
};

Character first_character(std::string_view text) noexcept {
  Utf8Validator validator;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!validator.feed(text.substr(i, 1))) return {i == 0 ? 1 : i, false};
    if (validator.complete()) return {i + 1, true};
  }
  return {text.size(), false};
}

}  // namespace

bool may_be_received(uint16_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

bool may_be_sent(uint16_t code) noexcept {
  return may_be_received(code) && code != kMandatoryExtension;
}

ClosePayload make_close_payload(uint16_t code, std::string_view reason) noexcept {
  ClosePayload payload{};
  if (!may_be_received(code)) return payload;
  payload.data[0] = static_cast<char>(code >> 8);
  payload.data[1] = static_cast<char>(code);
  payload.size = 2;
  while (!reason.empty()) {
    const Character next = first_character(reason);
    const std::string_view bytes = next.valid ? reason.substr(0, next.size) : kReplacement;
    if (payload.size + bytes.size() > sizeof payload.data) break;
    std::memcpy(payload.data + payload.size, bytes.data(), bytes.size());
    payload.size = static_cast<uint8_t>(payload.size + bytes.size());
    reason.remove_prefix(next.size);
  }
  return payload;
}

}  // namespace ws::protocol
