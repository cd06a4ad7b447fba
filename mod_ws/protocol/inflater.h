// Decompresses a client's messages (RFC 7692 section 7.2.2), a chunk at a time. It knows neither
// frames nor limits: message_assembler.h does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "protocol/protocol_error.h"

struct z_stream_s;

namespace ws::protocol {

// With context takeover it belongs to one connection. Without, it serves many, one message after
// the other: a connection needs it only from the first to the last frame of a compressed message.
// Holds nothing of zlib before its first message: then 7 KiB and the window.
class Inflater {
 public:
  Inflater() noexcept = default;
  Inflater(unsigned window_bits, bool takeover) noexcept { use_for(window_bits, takeover); }

  // Between two messages: whose come next. window_bits: 8 to 15. A distance beyond the window is an
  // error. zlib tells only at the start of a call, so that what comes after the first 2^window_bits
  // bytes is inflated byte by byte if the window is smaller than 15 bits.
  void use_for(unsigned window_bits, bool takeover) noexcept {
    window_bits_ = static_cast<uint8_t>(window_bits);
    takeover_ = takeover;
  }

  // Before each message; what is left of an unfinished one is forgotten, and without takeover all
  // that was before. Throws std::bad_alloc.
  void begin_message();

  struct Step {
    size_t size = 0;    // bytes written to `output`; they are right even if there is an error
    bool more = false;  // call again; otherwise the input is used up, and the message is, if `last`
    ProtocolError error = ProtocolError::none;
  };
  // Takes bytes off the front of `input`, a piece of the message, until it or `output` is at its
  // end. `last`: nothing of this message follows the input. The same bytes come out, and the same
  // error behind them, wherever input and output are cut. After an error only begin_message() may
  // follow. Throws std::bad_alloc.
  [[nodiscard]] Step inflate(std::string_view& input, bool last, std::span<char> output);

  // Between two messages: gives zlib's memory back and keeps the bytes that the next message may
  // refer to: none without takeover, at most 2^window_bits with it. The next message takes zlib's
  // memory again. Without memory for it everything stays as it is.
  void park() noexcept;

  // Bytes on the heap: about, for statistics.
  [[nodiscard]] size_t memory() const noexcept;

 private:
  struct Close {
    void operator()(z_stream_s* stream) const noexcept;
  };

  void open();
  [[nodiscard]] size_t slice(size_t wanted) const noexcept;

  std::unique_ptr<z_stream_s, Close> stream_;
  std::unique_ptr<unsigned char[]> parked_;  // history_ bytes
  uint32_t history_ = 0;  // bytes that a distance may reach back; at most 2^window_bits_
  uint8_t window_bits_ = 15;
  uint8_t tail_used_ = 0;  // bytes of the tail that every message lacks on the wire
  bool takeover_ = false;
  bool begun_ = false;  // the message has had a byte
  bool ended_ = false;  // a block with BFINAL was the last
};

static_assert(sizeof(Inflater) <= 32);

}  // namespace ws::protocol
