// Compressed data made by hand: right and wrong blocks, and what a client's zlib makes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ws::protocol::test {

// Writes blocks of RFC 1951, with the fixed codes of section 3.2.6.
class DeflateBits {
 public:
  DeflateBits& bits(unsigned value, unsigned count);
  // `type`: 0 stored, 1 fixed codes, 2 codes of its own, 3 wrong.
  DeflateBits& begin(unsigned type, bool final = false);
  DeflateBits& literals(std::string_view text);
  // length: 3 to 258; distance: 1 to 32768.
  DeflateBits& match(unsigned length, unsigned distance);
  DeflateBits& end_of_block() { return code(256); }
  // A stored block, with its header.
  DeflateBits& stored(std::string_view text, bool final = false);
  // The begin of an empty stored block, whose rest is the tail that the wire lacks: what each
  // message ends with.
  std::string flushed();
  // To the end of the byte.
  [[nodiscard]] std::string bytes() const { return bytes_; }

 private:
  DeflateBits& code(unsigned symbol);
  DeflateBits& reversed(unsigned value, unsigned count);

  std::string bytes_;
  unsigned used_ = 8;  // bits of the last byte
};

// A client's zlib: compresses messages, the later ones by the earlier ones.
class ClientDeflate {
 public:
  explicit ClientDeflate(int window_bits = 15, int level = 6);
  ClientDeflate(const ClientDeflate&) = delete;
  ClientDeflate& operator=(const ClientDeflate&) = delete;
  ~ClientDeflate();

  // A whole message, without the tail.
  std::string message(std::string_view payload);

 private:
  struct State;
  State* state_;
};

// One message by itself.
std::string deflated(std::string_view payload);

}  // namespace ws::protocol::test
