// What a client may say: JSON in, one checked value out. The README shows an example of each.
// Knows the form of messages, not who is where.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <wsp/plugin.hpp>

#include "error.h"

namespace chat {

constexpr std::size_t kMaxClientIdCodePoints = 64;
constexpr std::size_t kMaxMemberIdBytes = 160;

// Where a client stopped reading. `position` is empty when it named none that can be: the answer
// then is "not recovered", as it is for one of another epoch.
struct Since {
  std::optional<wsp::Position> position;
};

// The clients of the subprotocol chat.v1. An empty room is the connection's own.
struct Hello {
  std::optional<std::string> name;
  std::optional<std::string> token;
  std::optional<Since> since;  // of the private messages
};
struct Rename {
  std::string name;
};
struct Join {
  std::string room;
  std::optional<Since> since;
};
struct Leave {
  std::string room;
};
struct Who {
  std::string room;
};
struct Say {
  std::string room, text, client_id;
};
struct Typing {
  std::string room;
  bool typing = true;
};
struct Private {
  std::string to, text, client_id;
};

using ClientMessage = std::variant<Hello, Rename, Join, Leave, Who, Say, Typing, Private>;

// {"chat_user": "...", "chat_message": "..."}
struct SimpleMessage {
  std::string name, text;
};

struct MessageLimits {
  std::size_t frame_bytes;
  std::size_t text_code_points;
};

// A message of chat.v1, or what is wrong with it (then with the client_id and the room it had).
[[nodiscard]] std::variant<ClientMessage, Error> parse_message(std::string_view frame,
                                                               const MessageLimits& limits);

// A message of the simple protocol. Other fields beside its two are passed over. The name is not
// checked: it does not count for a user whom httpd authenticated.
[[nodiscard]] std::variant<SimpleMessage, Error> parse_simple_message(std::string_view frame,
                                                                      const MessageLimits& limits);

}  // namespace chat
