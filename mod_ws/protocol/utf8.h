// Checks that bytes are UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing over U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ws::protocol {

// For text that comes in pieces. A value: 3 bytes, copyable.
class Utf8Validator {
 public:
  // False at the first byte that can't be part of UTF-8 text, wherever the pieces are cut, and
  // ever after until reset().
  [[nodiscard]] bool feed(std::string_view bytes) noexcept;

  // Whether the text may end here: nothing wrong so far and no character half read.
  [[nodiscard]] bool complete() const noexcept { return missing_ == 0; }

  void reset() noexcept { *this = Utf8Validator(); }

 private:
  void begin_character(uint8_t lead) noexcept;

  uint8_t missing_ = 0;    // bytes that the character still needs; kBad: failed
  uint8_t lowest_ = 0x80;  // the range of the next of them
  uint8_t highest_ = 0xBF;
};

[[nodiscard]] bool is_valid_utf8(std::string_view bytes) noexcept;

}  // namespace ws::protocol
