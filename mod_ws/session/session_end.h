// What is known of a session at its end, for a log of connections.
#pragma once

#include <cstdint>
#include <string_view>

#include "session/session_table.h"

namespace ws::session {

// Valid until the call returns. Bytes of a peer are as they came.
struct SessionEnd {
  SessionId id = 0;
  std::string_view address;
  std::string_view user;
  std::string_view path;  // of the handshake, without its query
  std::string_view plugin;
  bool is_tls = false;
  uint16_t code = 0;
  std::string_view reason;
  std::string_view cause;
  uint64_t duration_ms = 0;
  uint64_t messages_in = 0;
  uint64_t messages_out = 0;
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  uint32_t dropped = 0;
};

class EndLog {
 public:
  virtual ~EndLog() = default;
  // [loop] Does not block.
  virtual void write(const SessionEnd& end) noexcept = 0;
};

}  // namespace ws::session
