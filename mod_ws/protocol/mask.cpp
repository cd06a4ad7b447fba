// Unmasking of long payloads, in the widest vectors that the processor has.
#include "protocol/mask.h"

namespace ws::protocol::detail {
namespace {

// One pass over more than sizeof(Vector) bytes. The last vector is read before anything is
// written, for it overlaps the one before it.
template <class Vector>
[[gnu::always_inline]] inline bool unmask_vectors(char* bytes, size_t size,
                                                  uint32_t mask) noexcept {
  constexpr size_t kWidth = sizeof(Vector);
  const Vector key = Vector{} + mask;
  const size_t last = size - kWidth;
  Vector last_word;
  std::memcpy(&last_word, bytes + last, kWidth);
  last_word ^= rotate_mask(mask, last);
  Vector seen = last_word;
  for (size_t at = 0; at < last; at += kWidth) {
    Vector word;
    std::memcpy(&word, bytes + at, kWidth);
    word ^= key;
    std::memcpy(bytes + at, &word, kWidth);
    seen |= word;
  }
  std::memcpy(bytes + last, &last_word, kWidth);
  uint64_t parts[kWidth / 8];
  std::memcpy(parts, &seen, sizeof parts);
  uint64_t all = 0;
  for (const uint64_t part : parts) all |= part;
  return (all & 0x8080808080808080) == 0;
}

#if defined(__x86_64__)
using Vector32 = uint32_t __attribute__((vector_size(32)));

[[gnu::target("avx2")]] bool unmask_avx2(char* bytes, size_t size, uint32_t mask) noexcept {
  return unmask_vectors<Vector32>(bytes, size, mask);
}
#endif

using Vector16 = uint32_t __attribute__((vector_size(16)));

}  // namespace

bool unmask_long(char* bytes, size_t size, uint32_t mask) noexcept {
#if defined(__x86_64__)
  if (size > 64 && __builtin_cpu_supports("avx2")) return unmask_avx2(bytes, size, mask);
#endif
  return unmask_vectors<Vector16>(bytes, size, mask);
}

}  // namespace ws::protocol::detail
