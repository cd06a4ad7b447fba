// Bits, and zlib as a client uses it.
#include "support/deflate_bits.h"

#include <zlib.h>

namespace ws::protocol::test {

DeflateBits& DeflateBits::bits(unsigned value, unsigned count) {
  for (unsigned i = 0; i < count; ++i, value >>= 1) {
    if (used_ == 8) {
      bytes_.push_back('\0');
      used_ = 0;
    }
    const unsigned byte = static_cast<unsigned char>(bytes_.back()) | (value & 1U) << used_;
    bytes_.back() = static_cast<char>(byte);
    ++used_;
  }
  return *this;
}

DeflateBits& DeflateBits::reversed(unsigned value, unsigned count) {
  for (unsigned i = count; i-- > 0;) bits(value >> i & 1U, 1);
  return *this;
}

DeflateBits& DeflateBits::begin(unsigned type, bool final) {
  return bits(final ? 1 : 0, 1).bits(type, 2);
}

DeflateBits& DeflateBits::code(unsigned symbol) {
  if (symbol < 144) return reversed(0x30 + symbol, 8);
  if (symbol < 256) return reversed(0x190 + symbol - 144, 9);
  if (symbol < 280) return reversed(symbol - 256, 7);
  return reversed(0xC0 + symbol - 280, 8);
}

DeflateBits& DeflateBits::literals(std::string_view text) {
  for (const char c : text) code(static_cast<unsigned char>(c));
  return *this;
}

DeflateBits& DeflateBits::match(unsigned length, unsigned distance) {
  unsigned symbol = 285;
  unsigned base = 258;
  unsigned extra = 0;
  while (base > length) {
    --symbol;
    extra = symbol < 265 ? 0 : (symbol - 261) / 4;
    base = symbol < 265 ? symbol - 254 : ((4 + (symbol - 265) % 4) << extra) + 3;
  }
  code(symbol).bits(length - base, extra);
  symbol = 30;
  base = 32769;
  while (base > distance) {
    --symbol;
    extra = symbol < 4 ? 0 : symbol / 2 - 1;
    base = symbol < 4 ? symbol + 1 : ((2 + symbol % 2) << extra) + 1;
  }
  return reversed(symbol, 5).bits(distance - base, extra);
}

DeflateBits& DeflateBits::stored(std::string_view text, bool final) {
  begin(0, final);
  used_ = 8;
  const auto size = static_cast<unsigned>(text.size());
  bits(size, 16).bits(~size, 16);
  bytes_.append(text);
  return *this;
}

std::string DeflateBits::flushed() {
  begin(0);
  used_ = 8;
  return bytes_;
}

struct ClientDeflate::State : z_stream {};

ClientDeflate::ClientDeflate(int window_bits, int level) : state_(new State{}) {
  deflateInit2(state_, level, Z_DEFLATED, -window_bits, 9, Z_DEFAULT_STRATEGY);
}

ClientDeflate::~ClientDeflate() {
  deflateEnd(state_);
  delete state_;
}

std::string ClientDeflate::message(std::string_view payload) {
  if (payload.empty()) return std::string(1, '\0');
  std::string out(payload.size() + payload.size() / 8 + 100, '\0');
  state_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
  state_->avail_in = static_cast<uInt>(payload.size());
  state_->next_out = reinterpret_cast<Bytef*>(out.data());
  state_->avail_out = static_cast<uInt>(out.size());
  deflate(state_, Z_SYNC_FLUSH);
  out.resize(out.size() - state_->avail_out - 4);
  return out;
}

std::string deflated(std::string_view payload) { return ClientDeflate().message(payload); }

}  // namespace ws::protocol::test
