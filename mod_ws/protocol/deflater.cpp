// zlib's deflate.
#include "protocol/deflater.h"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <new>

namespace ws::protocol {
namespace {

constexpr size_t kTailSize = 4;
constexpr size_t kFlushSize = 16;    // what a flush adds to deflateBound(), amply
constexpr size_t kStateSize = 5936;  // of zlib 1.2.13

// The smaller the window, the smaller the hash table: it is cleared for each message that stands by
// itself.
int memory_level(unsigned window_bits) noexcept {
  return std::clamp(static_cast<int>(window_bits) - 6, 1, 8);
}

}  // namespace

void Deflater::Close::operator()(z_stream_s* stream) const noexcept {
  deflateEnd(stream);
  delete stream;
}

Deflater::Deflater(unsigned window_bits, int level) : window_bits_(window_bits), level_(level) {
  std::unique_ptr<z_stream> stream(new z_stream{});
  if (deflateInit2(stream.get(), level, Z_DEFLATED, -static_cast<int>(window_bits),
                   memory_level(window_bits), Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  stream_.reset(stream.release());
}

void Deflater::compress(std::string_view payload, std::string& out) {
  if (payload.empty()) {  // section 7.2.3.6; zlib flushes nothing a second time
    out.push_back('\0');
    return;
  }
  z_stream& stream = *stream_;
  size_t size = out.size();
  do {
    const auto piece = static_cast<uInt>(std::min<size_t>(payload.size(), INT_MAX));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
    stream.avail_in = piece;
    payload.remove_prefix(piece);
    const int flush = payload.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    do {
      const size_t room = deflateBound(&stream, stream.avail_in) + kFlushSize;
      out.resize(size + room);
      stream.next_out = reinterpret_cast<Bytef*>(out.data() + size);
      stream.avail_out = static_cast<uInt>(room);
      static_cast<void>(deflate(&stream, flush));
      size += room - stream.avail_out;
    } while (stream.avail_out == 0);
  } while (!payload.empty());
  out.resize(size - kTailSize);
}

void Deflater::reset() noexcept { static_cast<void>(deflateReset(stream_.get())); }

void Deflater::set_level(int level) noexcept {
  if (level == level_) return;
  level_ = level;
  static_cast<void>(deflateParams(stream_.get(), level, Z_DEFAULT_STRATEGY));
}

size_t Deflater::memory() const noexcept {
  return sizeof(z_stream) + kStateSize + (size_t{1} << (window_bits_ + 2)) +
         (size_t{1} << (memory_level(window_bits_) + 9));
}

}  // namespace ws::protocol
