// A stream for each size of the window, made when it is needed first.
#include "protocol/deflater_pool.h"

#include <algorithm>
#include <bit>

namespace ws::protocol {
namespace {

// zlib looks ahead that far within the window: no distance is longer than the window without it.
constexpr size_t kLookahead = 262;

unsigned bits_for(size_t size, unsigned lowest, unsigned highest) noexcept {
  if (size <= 1) return lowest;
  return std::clamp(static_cast<unsigned>(std::bit_width(size - 1)), lowest, highest);
}

}  // namespace

unsigned window_for(size_t payload_size, unsigned agreed_bits) noexcept {
  return bits_for(payload_size, 9, agreed_bits);
}

void DeflaterPool::compress(std::string_view payload, unsigned window_bits, int level,
                            std::string& out) {
  // No distance in a payload is longer than the payload, whatever window zlib has.
  const bool fits = payload.size() <= size_t{1} << window_bits;
  const unsigned bits =
      fits ? bits_for(payload.size() + kLookahead, kMinBits, kMaxBits) : window_bits;
  std::unique_ptr<Deflater>& deflater = deflaters_[bits - kMinBits];
  if (deflater) {
    deflater->reset();
    deflater->set_level(level);
  } else {
    deflater = std::make_unique<Deflater>(bits, level);
  }
  deflater->compress(payload, out);
  ++compressions_;
}

}  // namespace ws::protocol
