// The UTF-8 checker: long text in vectors, ASCII eight bytes at a time, the rest by RFC 3629's
// table.
#include "protocol/utf8.h"

#include <cstring>

#include "protocol/utf8_vector.h"

namespace ws::protocol {
namespace {

constexpr uint8_t kBad = 0xFF;
constexpr uint64_t kHighBits = 0x8080808080808080;

const char* skip_ascii(const char* at, const char* end) noexcept {
  while (end - at >= 8) {
    uint64_t word;
    std::memcpy(&word, at, sizeof word);
    if (word & kHighBits) break;
    at += 8;
  }
  while (at != end && static_cast<signed char>(*at) >= 0) ++at;
  return at;
}

size_t skip_vectors(const char* at, const char* end) noexcept {
  constexpr ptrdiff_t kWorthwhile = 32;
  return end - at < kWorthwhile ? 0 : detail::count_valid_utf8(at, static_cast<size_t>(end - at));
}

}  // namespace

bool Utf8Validator::feed(std::string_view bytes) noexcept {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  if (missing_ == kBad) return false;
  while (at != end) {
    const auto byte = static_cast<uint8_t>(*at);
    if (missing_ > 0) {
      if (byte < lowest_ || byte > highest_) {
        missing_ = kBad;
        return false;
      }
      --missing_;
      lowest_ = 0x80;
      highest_ = 0xBF;
      ++at;
    } else if (byte < 0x80) {
      at = skip_ascii(at, end);
    } else if (const size_t checked = skip_vectors(at, end)) {
      at += checked;
    } else {
      begin_character(byte);
      if (missing_ == kBad) return false;
      ++at;
    }
  }
  return true;
}

// RFC 3629 section 4: the lead byte tells the size and the range of the second byte.
void Utf8Validator::begin_character(uint8_t lead) noexcept {
  if (lead < 0xC2 || lead > 0xF4) {
    missing_ = kBad;
  } else if (lead < 0xE0) {
    missing_ = 1;
  } else if (lead < 0xF0) {
    missing_ = 2;
    if (lead == 0xE0) lowest_ = 0xA0;   // shorter is overlong
    if (lead == 0xED) highest_ = 0x9F;  // above are surrogates
  } else {
    missing_ = 3;
    if (lead == 0xF0) lowest_ = 0x90;   // shorter is overlong
    if (lead == 0xF4) highest_ = 0x8F;  // above is over U+10FFFF
  }
}

bool is_valid_utf8(std::string_view bytes) noexcept {
  Utf8Validator validator;
  return validator.feed(bytes) && validator.complete();
}

}  // namespace ws::protocol
