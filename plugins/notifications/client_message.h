// What a client may say: JSON in, one checked value out. The README shows an example of each.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>
#include <wsp/plugin.hpp>

#include "error.h"
#include "notification.h"

namespace notifications {

constexpr std::size_t kMaxFrameBytes = 128 * 1024;
constexpr std::size_t kMaxIds = 1000;

// Where a client stopped, by topic. A topic without a position named one that can't be.
using Since = std::map<std::string, std::optional<wsp::Position>, std::less<>>;

struct Hello {
  std::optional<Since> since;
};
struct Read {
  bool all = false;
  std::vector<Id> ids;
};
struct Follow {
  std::string topic;
  bool follows = true;  // false: unfollow
};
struct Token {
  std::string token;
};

using ClientMessage = std::variant<Hello, Read, Follow, Token>;

// A message, or what is wrong with it.
[[nodiscard]] std::variant<ClientMessage, Error> parse_message(std::string_view frame);

}  // namespace notifications
