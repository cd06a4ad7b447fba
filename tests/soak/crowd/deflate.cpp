// Raw deflate with the empty block at its end taken off and put back: RFC 7692, section 7.2.
#include "deflate.h"

#include <array>
#include <charconv>
#include <map>
#include <new>

namespace soak {
namespace {

constexpr std::string_view kTail("\0\0\xff\xff", 4);
constexpr int kWindowBits = 15;

Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib does not write there
}

z_stream& deflater(int window_bits) {
  static std::map<int, z_stream> streams;  // one for each size of window, for good
  const auto [found, is_new] = streams.try_emplace(window_bits);
  constexpr int kMemoryLevel = 8;
  if (is_new && deflateInit2(&found->second, Z_BEST_SPEED, Z_DEFLATED, -window_bits, kMemoryLevel,
                             Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  deflateReset(&found->second);
  return found->second;
}

}  // namespace

Agreement read_agreement(std::string_view head) {
  const size_t at = head.find("permessage-deflate");
  if (at == head.npos) return {};
  const std::string_view line = head.substr(at, head.find('\r', at) - at);
  Agreement agreement{.own_window_bits = kWindowBits,
                      .server_keeps_context = line.find("server_no_context") == line.npos};
  constexpr std::string_view kBits = "client_max_window_bits=";
  const size_t bits_at = line.find(kBits);
  if (bits_at != line.npos) {
    const std::string_view digits = line.substr(bits_at + kBits.size());
    std::from_chars(digits.begin(), digits.end(), agreement.own_window_bits);
  }
  return agreement;
}

std::string compressed(std::string_view text, int window_bits) {
  z_stream& stream = deflater(window_bits);
  std::string out(deflateBound(&stream, text.size()) + kTail.size() + 16, '\0');
  stream.next_in = bytes_of(text);
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = bytes_of(out);
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_SYNC_FLUSH);
  out.resize(out.size() - stream.avail_out - kTail.size());
  return out;
}

std::string bomb(size_t size) { return compressed(std::string(size, '\0'), kWindowBits); }

void Inflater::End::operator()(z_stream* stream) const {
  inflateEnd(stream);
  delete stream;
}

bool Inflater::inflate(std::string_view payload, bool keeps_context, std::string& out) {
  if (stream_ == nullptr) {
    stream_.reset(new z_stream{});
    if (inflateInit2(stream_.get(), -kWindowBits) != Z_OK) throw std::bad_alloc();
  } else if (!keeps_context) {
    inflateReset(stream_.get());
  }
  std::array<char, 16384> piece;
  for (const std::string_view input : {payload, kTail}) {
    stream_->next_in = bytes_of(input);
    stream_->avail_in = static_cast<uInt>(input.size());
    do {
      stream_->next_out = bytes_of({piece.data(), piece.size()});
      stream_->avail_out = piece.size();
      const int result = ::inflate(stream_.get(), Z_SYNC_FLUSH);
      if (result != Z_OK && result != Z_BUF_ERROR) return false;
      out.append(piece.data(), piece.size() - stream_->avail_out);
    } while (stream_->avail_out == 0);
  }
  return true;
}

}  // namespace soak
