// Takes the mask off a client's payload, in place (RFC 6455 section 5.3).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ws::protocol {

// A masking key, its four bytes in memory order: memcpy from the wire. It belongs to a place in
// the payload; rotate_mask() gives the key for the byte `consumed` bytes further on.
[[nodiscard]] constexpr uint32_t rotate_mask(uint32_t mask, size_t consumed) noexcept {
  const int bits = static_cast<int>(consumed % 4) * 8;
  return std::endian::native == std::endian::little ? std::rotr(mask, bits) : std::rotl(mask, bits);
}

namespace detail {

// For more than 32 bytes.
bool unmask_long(char* bytes, size_t size, uint32_t mask) noexcept;

// XORs a word of the payload and returns it. `Word` is an integer or a vector of uint32_t.
template <class Word>
inline Word unmask_word(char* at, Word key) noexcept {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word ^ key;
}

// For sizes from that of one Word to twice that: the first and the last word, which may overlap.
template <class Word>
inline Word unmask_two_words(char* bytes, size_t size, Word key, Word last_key) noexcept {
  char* const last_at = bytes + size - sizeof(Word);
  const Word first = unmask_word(bytes, key);
  const Word last = unmask_word(last_at, last_key);
  std::memcpy(bytes, &first, sizeof first);
  std::memcpy(last_at, &last, sizeof last);
  return first | last;
}

}  // namespace detail

// XORs `size` bytes at `bytes` and tells whether all of them are ASCII afterwards, in one pass;
// `mask` is the key for the first of them.
inline bool unmask_ascii(char* bytes, size_t size, uint32_t mask) noexcept {
  using Vector = uint32_t __attribute__((vector_size(16)));
  constexpr uint64_t kHighBits = 0x8080808080808080;
  if (size > 32) return detail::unmask_long(bytes, size, mask);
  const uint32_t last_mask = rotate_mask(mask, size);
  if (size >= 16) {
    const Vector all = detail::unmask_two_words(bytes, size, Vector{mask, mask, mask, mask},
                                                Vector{last_mask, last_mask, last_mask, last_mask});
    uint64_t halves[2];
    std::memcpy(halves, &all, sizeof halves);
    return ((halves[0] | halves[1]) & kHighBits) == 0;
  }
  if (size >= 8) {
    const uint64_t key = mask | uint64_t{mask} << 32;
    const uint64_t last_key = last_mask | uint64_t{last_mask} << 32;
    return (detail::unmask_two_words(bytes, size, key, last_key) & kHighBits) == 0;
  }
  if (size >= 4) {
    return (detail::unmask_two_words(bytes, size, mask, last_mask) &
            static_cast<uint32_t>(kHighBits)) == 0;
  }
  char key[4];
  std::memcpy(key, &mask, sizeof key);
  unsigned seen = 0;
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>(bytes[i] ^ key[i]);
    seen |= static_cast<unsigned char>(bytes[i]);
  }
  return seen < 0x80;
}

// The same for bytes of any kind.
inline void unmask(char* bytes, size_t size, uint32_t mask) noexcept {
  static_cast<void>(unmask_ascii(bytes, size, mask));
}

}  // namespace ws::protocol
