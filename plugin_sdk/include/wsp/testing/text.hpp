// wsp/testing/text.hpp - the fake host's rules about text: UTF-8, channel names, HTTP tokens, and
// memory that is lent to a plugin for one call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wsp/plugin.h"

namespace wsp::testing {

// The length of the well-formed UTF-8 character at text[at], 0 for none (RFC 3629, section 4).
inline size_t utf8_length(std::string_view text, size_t at) noexcept {
  const auto byte = [&](size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto tail = [&](size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0), second = byte(1);
  if (at >= text.size()) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool too_far = first == 0xF4 && second > 0x8F;
    return tail(1) && tail(2) && tail(3) && !overlong && !too_far ? 4 : 0;
  }
  return 0;
}

inline bool is_utf8(std::string_view text) noexcept {
  for (size_t at = 0; at < text.size();) {
    const size_t length = utf8_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

// 1 to 255 bytes of UTF-8 without control characters (C0, DEL, C1).
inline bool is_user_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > 255 || !is_utf8(text)) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
  }
  return true;
}

// A Close frame's reason: what is not UTF-8 replaced by U+FFFD, cut at a character's border.
inline std::string close_reason(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t length = utf8_length(text, at);
    const std::string_view next = length == 0 ? "\xEF\xBF\xBD" : text.substr(at, length);
    if (out.size() + next.size() > 123) break;
    out += next;
    at += length == 0 ? 1 : length;
  }
  return out;
}

// RFC 6455, section 7.4: what a server may send. 1010 is for clients.
inline bool is_close_code(uint16_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014 && code != 1010) ||
         (code >= 3000 && code <= 4999);
}

inline bool is_channel_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 255 || !is_utf8(name)) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (c <= 0x20 || c == 0x7F) return false;
    if (c == 0xC2 && static_cast<unsigned char>(name[i + 1]) <= 0xA0) return false;  // C1, U+00A0
  }
  return true;
}

// As wsp.prefix/1 takes it: up to a separator and with it.
inline bool is_prefix(std::string_view name) noexcept {
  return name.size() < 255 && is_channel_name(name) &&
         std::string_view(".:/").find(name.back()) != name.npos;
}

// RFC 9110, section 5.6.2.
inline bool is_token(std::string_view text) noexcept {
  if (text.empty()) return false;
  for (const char c : text) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!alphanumeric && (c == '\0' || !std::strchr("!#$%&'*+-.^_`|~", c))) return false;
  }
  return true;
}

// RFC 9110, section 5.5: no control characters, no blanks at the ends.
inline bool is_header_value(std::string_view text) noexcept {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  if (!text.empty() && (is_blank(text.front()) || is_blank(text.back()))) return false;
  for (const char c : text)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) return false;
  return true;
}

// Copies of texts that are lent to a plugin for one call. They are not NUL-terminated, and are
// spoiled at the end: a view that a plugin keeps does not go unnoticed.
class Loan {
 public:
  Loan() = default;
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  ~Loan() { spoil(); }

  void spoil() noexcept {
    for (const auto& [data, size] : copies_) std::memset(data.get(), 0xDD, size);
    asm volatile("" ::: "memory");  // else the compiler leaves it out: what follows is delete
  }

  wsp_bytes lend(std::string_view text) {
    if (text.empty()) return {nullptr, 0};
    auto& [data, size] = copies_.emplace_back(std::make_unique<char[]>(text.size()), text.size());
    std::memcpy(data.get(), text.data(), size);
    return {data.get(), size};
  }

 private:
  std::vector<std::pair<std::unique_ptr<char[]>, size_t>> copies_;
};

}  // namespace wsp::testing
