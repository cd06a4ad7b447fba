// zlib's inflate, with the tail that the wire lacks, and with windows that are kept.
#include "protocol/inflater.h"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <new>

namespace ws::protocol {
namespace {

constexpr std::string_view kTail{"\x00\x00\xFF\xFF", 4};
constexpr size_t kStateSize = 7160;  // of zlib 1.2.13

// zlib.h, at inflate(): bits of the last byte that are not used, 64 in a final block, 128 just
// behind a block.
bool is_behind_a_block(const z_stream& stream) noexcept { return (stream.data_type & 0xFF) == 128; }

}  // namespace

void Inflater::Close::operator()(z_stream_s* stream) const noexcept {
  inflateEnd(stream);
  delete stream;
}

void Inflater::begin_message() {
  tail_used_ = 0;
  begun_ = false;
  if (!takeover_) {
    history_ = 0;
    ended_ = false;
    parked_.reset();
    if (stream_ && inflateReset2(stream_.get(), -window_bits_) != Z_OK) stream_.reset();
  }
  if (!stream_) open();
}

void Inflater::open() {
  std::unique_ptr<z_stream_s, Close> stream(new z_stream{});
  if (inflateInit2(stream.get(), -window_bits_) != Z_OK) throw std::bad_alloc();
  if (parked_ && inflateSetDictionary(stream.get(), parked_.get(), history_) != Z_OK) {
    throw std::bad_alloc();
  }
  if (!parked_) history_ = 0;  // all was lost with an error
  stream_ = std::move(stream);
  parked_.reset();
}

// How many bytes zlib may write at once and still check distances: it lets them reach back to the
// window and to all that the call has written.
size_t Inflater::slice(size_t wanted) const noexcept {
  if (window_bits_ == MAX_WBITS) return std::min<size_t>(wanted, UINT_MAX);
  const size_t window = size_t{1} << window_bits_;
  return std::min(wanted, history_ < window ? window - history_ : size_t{1});
}

Inflater::Step Inflater::inflate(std::string_view& input, bool last, std::span<char> output) {
  z_stream& stream = *stream_;
  Step step;
  const auto fail = [&](ProtocolError error) {
    stream_.reset();
    step.error = error;
    return step;
  };
  for (;;) {
    const bool in_tail = input.empty() && last;
    // The sender may leave out a message without bytes, and what follows BFINAL at the end.
    if (input.empty() && (ended_ || !begun_)) return step;
    if (step.size == output.size()) {
      step.more = true;
      return step;
    }
    if (ended_) {  // section 7.2.3.4: another stream in the same message
      if (inflateReset(&stream) != Z_OK) return fail(ProtocolError::bad_compressed_data);
      history_ = 0;
      ended_ = false;
    }
    const std::string_view source = in_tail ? kTail.substr(tail_used_) : input;
    const auto offered = static_cast<uInt>(std::min<size_t>(source.size(), UINT_MAX));
    const auto room = static_cast<uInt>(slice(output.size() - step.size));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(source.data()));
    stream.avail_in = offered;
    stream.next_out = reinterpret_cast<Bytef*>(output.data() + step.size);
    stream.avail_out = room;
    const int result = ::inflate(&stream, Z_NO_FLUSH);
    const size_t taken = offered - stream.avail_in;
    const size_t written = room - stream.avail_out;
    step.size += written;
    history_ =
        static_cast<uint32_t>(std::min<size_t>(history_ + written, size_t{1} << window_bits_));
    if (in_tail) {
      tail_used_ = static_cast<uint8_t>(tail_used_ + taken);
    } else {
      input.remove_prefix(taken);
      begun_ = begun_ || taken > 0;
    }
    if (result == Z_MEM_ERROR) {
      stream_.reset();
      throw std::bad_alloc();
    }
    if (result == Z_STREAM_END) {
      if (tail_used_ > 0) return fail(ProtocolError::unfinished_compressed_data);
      ended_ = true;
      continue;
    }
    if (result != Z_OK && result != Z_BUF_ERROR) return fail(ProtocolError::bad_compressed_data);
    // Asked before there may be another call, which would forget it.
    if (in_tail && tail_used_ == kTail.size() && is_behind_a_block(stream)) return step;
    if (stream.avail_out == 0 || !input.empty()) continue;
    if (in_tail) return fail(ProtocolError::unfinished_compressed_data);
    if (!last) return step;
  }
}

void Inflater::park() noexcept {
  if (!stream_) return;
  if (takeover_ && !ended_ && history_ > 0) {
    std::unique_ptr<unsigned char[]> window(new (std::nothrow) unsigned char[history_]);
    uInt size = 0;
    if (!window) return;
    if (inflateGetDictionary(stream_.get(), window.get(), &size) != Z_OK || size != history_)
      return;
    parked_ = std::move(window);
  } else {
    history_ = 0;
  }
  ended_ = false;
  stream_.reset();
}

size_t Inflater::memory() const noexcept {
  if (stream_) return sizeof(z_stream) + kStateSize + (size_t{1} << window_bits_);
  return parked_ ? history_ : 0;
}

}  // namespace ws::protocol
