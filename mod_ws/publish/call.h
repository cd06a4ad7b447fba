// What an HTTP request asks of the channels, as its method, path and query say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "channel/bus.h"

namespace ws::publish {

inline constexpr size_t kMaxChannels = 100;  // of one call
inline constexpr uint32_t kMaxListed = 1000;

struct Call {
  enum class Kind : uint8_t {
    publish,     // POST: the body, to all channels
    describe,    // GET of one channel
    list,        // GET of none
    clear,       // DELETE of one channel
    disconnect,  // POST: all users
  };

  Kind kind = Kind::publish;
  std::vector<std::string> channels;  // valid names, without a namespace
  std::vector<std::string> users;     // disconnect
  std::optional<channel::Keep> keep;  // none: not said
  std::string prefix;                 // list: of names
  std::string after;                  // list: the last name that the caller has
  uint32_t limit = 100;
  bool may_compress = true;  // publish
};

// An answer of refusal.
struct Refusal {
  int status;
  std::string_view error;  // for programs
  std::string message;     // for people
};

// path: what follows the handler's Location, decoded, without a slash at its front. query: raw.
//
//   CHANNEL, or nothing and channel=NAME in the query, also several, and user=NAME
//   users/NAME, or users and user=NAME in the query: a user's own channel
//   users/NAME/disconnect, or users/disconnect and user=NAME: his connections
[[nodiscard]] std::variant<Call, Refusal> parse_call(std::string_view method, std::string_view path,
                                                     std::string_view query);

}  // namespace ws::publish
