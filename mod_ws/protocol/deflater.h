// Compresses messages (RFC 7692 section 7.2.1).
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace ws::protocol {

// One stream of zlib: for a connection with context takeover, or one of a DeflaterPool.
class Deflater {
 public:
  // window_bits: 9 to 15; level: 1 to 9. Throws std::bad_alloc.
  Deflater(unsigned window_bits, int level);

  // Appends the compressed form of a whole message, without the tail 00 00 FF FF, to `out`. It may
  // refer to all messages since the last reset(): the peer must get every one of them, compressed;
  // whoever sends it in plain form after all calls reset(). Throws std::bad_alloc; then reset()
  // must follow.
  void compress(std::string_view payload, std::string& out);

  // Forgets all messages: the next is compressed without them.
  void reset() noexcept;

  // For the next messages. Right after reset() or the constructor only.
  void set_level(int level) noexcept;

  // Bytes on the heap: about, for statistics.
  [[nodiscard]] size_t memory() const noexcept;

 private:
  struct Close {
    void operator()(z_stream_s* stream) const noexcept;
  };

  std::unique_ptr<z_stream_s, Close> stream_;
  unsigned window_bits_;
  int level_;
};

}  // namespace ws::protocol
