// What a session tells those above it. plugin/plugin_instance implements it.
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/opcode.h"

namespace ws::session {

class Session;

// What on_open wants to know of the handshake; destroyed after it.
class OpenRequest {
 public:
  virtual ~OpenRequest() = default;
};

// One for all sessions of a Location. All calls come on the session's loop, never
// two at once for one session, and never from inside a call to the session.
class SessionHandler {
 public:
  virtual ~SessionHandler() = default;

  // The first call. False: the session closes with 1011 and no on_close follows.
  [[nodiscard]] virtual bool on_open(Session&, const OpenRequest&) = 0;
  // payload: valid until the call returns; text is UTF-8.
  virtual void on_message(Session&, protocol::Opcode, std::string_view payload) = 0;
  // There is room again after a send that said `full`.
  virtual void on_drain(Session&) = 0;
  // The last call. code: the peer's, or 1005 (none given), 1006 (the peer vanished), or
  // the one that we ended the session with. reason: valid until the call returns.
  virtual void on_close(Session&, uint16_t code, std::string_view reason) = 0;
};

}  // namespace ws::session
