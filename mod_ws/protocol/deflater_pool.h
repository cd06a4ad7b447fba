// Compresses messages that stand by themselves: nobody needs an earlier one to read them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/deflater.h"

namespace ws::protocol {

// The smallest window, at most `agreed_bits`, in which a payload of this size has room: 9 to 15
// bits. Connections for which this is the same can be sent the same compressed bytes.
[[nodiscard]] unsigned window_for(size_t payload_size, unsigned agreed_bits) noexcept;

// One for a loop: its few streams serve all connections.
class DeflaterPool {
 public:
  // Appends the compressed form of a whole message, without the tail 00 00 FF FF, to `out`.
  // window_bits: of window_for() for this payload; level: 1 to 9. Throws std::bad_alloc.
  void compress(std::string_view payload, unsigned window_bits, int level, std::string& out);

  // Messages so far, for statistics.
  [[nodiscard]] uint64_t compressions() const noexcept { return compressions_; }

 private:
  static constexpr unsigned kMinBits = 9;
  static constexpr unsigned kMaxBits = 15;

  std::array<std::unique_ptr<Deflater>, kMaxBits - kMinBits + 1> deflaters_;
  uint64_t compressions_ = 0;
};

}  // namespace ws::protocol
