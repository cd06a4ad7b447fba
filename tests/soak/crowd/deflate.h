// The client's side of permessage-deflate (RFC 7692). A message is always compressed by itself,
// which every agreement allows; what comes is inflated with or without the context, as agreed.
#pragma once

#include <zlib.h>

#include <memory>
#include <string>
#include <string_view>

namespace soak {

// What was agreed on; window bits of 0: nothing was.
struct Agreement {
  int own_window_bits = 0;
  bool server_keeps_context = false;
};

// Of the head of a server's answer.
Agreement read_agreement(std::string_view head);

std::string compressed(std::string_view text, int window_bits);
// `size` zero bytes, compressed.
std::string bomb(size_t size);

class Inflater {
 public:
  // Appends the message to `out`; false when it is no deflate data.
  [[nodiscard]] bool inflate(std::string_view payload, bool keeps_context, std::string& out);

 private:
  struct End {
    void operator()(z_stream* stream) const;
  };
  std::unique_ptr<z_stream, End> stream_;  // from the first message on
};

}  // namespace soak
