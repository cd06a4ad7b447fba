// The part of the UTF-8 check that goes 32 bytes at a time. For utf8.cpp only.
#pragma once

#include <cstddef>

namespace ws::protocol::detail {

// How many bytes at the front of the `size` at `bytes` are whole, right characters, as far as
// vectors can tell: it stops early at a fault, at the last bytes that fill no vector, or at once
// where the processor has no such vectors. `bytes` begins with the first byte of a character.
[[nodiscard]] size_t count_valid_utf8(const char* bytes, size_t size) noexcept;

}  // namespace ws::protocol::detail
