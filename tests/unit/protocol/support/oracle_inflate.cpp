// The plain reader: codes as lists of lengths, searched from the front.
#include "support/oracle_inflate.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace ws::protocol::test {
namespace {

struct OutOfInput {};
struct Wrong {};
struct Enough {};

class Bits {
 public:
  explicit Bits(std::string_view bytes) : bytes_(bytes) {}

  unsigned take(unsigned count) {
    unsigned number = 0;
    for (unsigned i = 0; i < count; ++i) {
      if (at_ == 8 * bytes_.size()) throw OutOfInput();
      number |= (static_cast<unsigned char>(bytes_[at_ / 8]) >> (at_ % 8) & 1U) << i;
      ++at_;
    }
    return number;
  }

  void skip_to_byte() { at_ = (at_ + 7) / 8 * 8; }
  [[nodiscard]] bool at_end() const { return at_ == 8 * bytes_.size(); }
  [[nodiscard]] size_t bytes_taken() const { return (at_ + 7) / 8; }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

// RFC 1951 section 3.2.2: for each symbol the length of its code, 0 if it has none. Codes of one
// length are consecutive numbers in the order of their symbols.
class Code {
 public:
  explicit Code(const std::vector<unsigned>& lengths) {
    unsigned code = 0;
    for (unsigned length = 1; length < by_length_.size(); ++length) {
      OfLength& all = by_length_[length];
      all.first = code <<= 1;
      for (unsigned symbol = 0; symbol < lengths.size(); ++symbol) {
        if (lengths[symbol] == length) all.symbols.push_back(symbol);
      }
      if (!all.symbols.empty()) longest_ = length;
      code += static_cast<unsigned>(all.symbols.size());
      space_ -= static_cast<int>(all.symbols.size() << (15 - length));
    }
  }

  [[nodiscard]] bool too_many() const { return space_ < 0; }
  [[nodiscard]] bool complete() const { return space_ == 0; }
  [[nodiscard]] bool empty() const { return longest_ == 0; }
  [[nodiscard]] unsigned longest() const { return longest_; }

  unsigned read(Bits& bits) const {
    unsigned code = 0;
    for (unsigned length = 1; length <= std::max(longest_, 1U); ++length) {
      code = code << 1 | bits.take(1);
      const OfLength& all = by_length_[length];
      if (code >= all.first && code - all.first < all.symbols.size()) {
        return all.symbols[code - all.first];
      }
    }
    throw Wrong();
  }

 private:
  struct OfLength {
    unsigned first = 0;
    std::vector<unsigned> symbols;
  };

  std::array<OfLength, 16> by_length_;
  unsigned longest_ = 0;
  int space_ = 1 << 15;
};

std::vector<unsigned> fixed_lengths() {
  std::vector<unsigned> lengths(144, 8);
  lengths.resize(256, 9);
  lengths.resize(280, 7);
  lengths.resize(288, 8);
  return lengths;
}

class Reader {
 public:
  Reader(std::string_view compressed, size_t payload_size, std::string_view history, size_t window,
         size_t most)
      : bits_(compressed),
        payload_size_(payload_size),
        window_(window),
        most_(most),
        history_(history) {}

  OracleInflated read() {
    OracleInflated result;
    try {
      while (!at_boundary_end()) read_block();
      result.whole = true;
    } catch (const Wrong&) {
      result.wrong = true;
    } catch (const OutOfInput&) {
    } catch (const Enough&) {
    }
    result.bytes = std::move(bytes_);
    result.history = std::move(history_);
    return result;
  }

  // A block with BFINAL was the last thing.
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  bool at_boundary_end() {
    if (bits_.at_end()) return true;
    if (std::exchange(ended_, false)) history_.clear();
    return false;
  }

  void read_block() {
    const bool final = bits_.take(1) == 1;
    const unsigned type = bits_.take(2);
    if (type == 3) throw Wrong();
    if (type == 0) {
      read_stored();
    } else if (type == 1) {
      read_symbols(Code(fixed_lengths()), Code(std::vector<unsigned>(32, 5)));
    } else {
      read_dynamic();
    }
    if (!final) return;
    bits_.skip_to_byte();
    if (bits_.bytes_taken() > payload_size_) throw OutOfInput();  // it ends in the tail
    ended_ = true;
  }

  void read_stored() {
    bits_.skip_to_byte();
    const unsigned both = bits_.take(16) | bits_.take(16) << 16;
    if ((both & 0xFFFF) != (~both >> 16 & 0xFFFF)) throw Wrong();
    for (unsigned i = 0; i < (both & 0xFFFF); ++i) write(static_cast<char>(bits_.take(8)));
  }

  void read_dynamic() {
    const unsigned header = bits_.take(14);
    const unsigned literals = (header & 31) + 257;
    const unsigned distances = (header >> 5 & 31) + 1;
    if (literals > 286 || distances > 30) throw Wrong();
    std::vector<unsigned> order{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    order.resize((header >> 10) + 4);
    std::vector<unsigned> lengths(19, 0);
    for (const unsigned symbol : order) lengths[symbol] = bits_.take(3);
    const Code code(lengths);
    if (!code.complete() && !code.empty()) throw Wrong();
    lengths = read_lengths(code, literals + distances);
    if (lengths[256] == 0) throw Wrong();
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(literals);
    const Code literal_code(std::vector<unsigned>(lengths.begin(), middle));
    const Code distance_code(std::vector<unsigned>(middle, lengths.end()));
    for (const Code* each : {&literal_code, &distance_code}) {
      if (each->too_many() || (!each->complete() && each->longest() > 1)) throw Wrong();
    }
    read_symbols(literal_code, distance_code);
  }

  std::vector<unsigned> read_lengths(const Code& code, size_t count) {
    std::vector<unsigned> lengths;
    while (lengths.size() < count) {
      // A code without any symbol: the error is seen once all lengths are there.
      const unsigned symbol = code.empty() ? bits_.take(1) * 0 : code.read(bits_);
      if (symbol < 16) {
        lengths.push_back(symbol);
        continue;
      }
      const unsigned times = symbol == 16   ? 3 + bits_.take(2)
                             : symbol == 17 ? 3 + bits_.take(3)
                                            : 11 + bits_.take(7);
      if (symbol == 16 && lengths.empty()) throw Wrong();
      if (lengths.size() + times > count) throw Wrong();
      lengths.insert(lengths.end(), times, symbol == 16 ? lengths.back() : 0);
    }
    return lengths;
  }

  void read_symbols(const Code& literal_code, const Code& distance_code) {
    for (;;) {
      const unsigned symbol = literal_code.read(bits_);
      if (symbol == 256) return;
      if (symbol < 256) {
        write(static_cast<char>(symbol));
        continue;
      }
      if (symbol > 285) throw Wrong();
      unsigned length = 258;
      if (symbol < 285) {
        const unsigned extra = symbol < 265 ? 0 : (symbol - 261) / 4;
        length = symbol < 265 ? symbol - 254 : ((4 + (symbol - 265) % 4) << extra) + 3;
        length += bits_.take(extra);
      }
      const unsigned code = distance_code.read(bits_);
      if (code > 29) throw Wrong();
      const unsigned extra = code < 4 ? 0 : code / 2 - 1;
      size_t distance = code < 4 ? code + 1 : ((2 + code % 2) << extra) + 1;
      distance += bits_.take(extra);
      if (distance > window_ || distance > history_.size()) throw Wrong();
      for (unsigned i = 0; i < length; ++i) write(history_[history_.size() - distance]);
    }
  }

  void write(char byte) {
    bytes_.push_back(byte);
    history_.push_back(byte);
    if (bytes_.size() >= most_) throw Enough();
  }

  Bits bits_;
  const size_t payload_size_;
  const size_t window_, most_;
  std::string history_, bytes_;
  bool ended_ = false;
};

}  // namespace

OracleInflated oracle_inflate(std::string_view compressed, bool last, std::string_view history,
                              size_t window, size_t most) {
  Reader reader(compressed, compressed.size(), history, window, most);
  OracleInflated result = reader.read();
  const bool needs_tail = last && !compressed.empty() && !reader.ended() && !result.wrong;
  if (!needs_tail) {
    if (reader.ended()) result.history.clear();
    return result;
  }
  const std::string with_tail = std::string(compressed).append("\x00\x00\xFF\xFF", 4);
  return Reader(with_tail, compressed.size(), history, window, most).read();
}

}  // namespace ws::protocol::test
