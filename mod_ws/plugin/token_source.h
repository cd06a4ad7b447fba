// Where a client puts its token: among the subprotocols, or in the query.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ws::plugin {

// What is there, and what is left without it.
struct FoundToken {
  std::string token;
  std::string rest;
};

// protocols: the value of Sec-WebSocket-Protocol; the token stands behind "ws.token.". The first
// one counts, all are taken away. Nothing: there is none.
[[nodiscard]] std::optional<FoundToken> take_token_from_protocols(std::string_view protocols);

// query: raw, without '?'; the parameter is called "token". As above.
[[nodiscard]] std::optional<FoundToken> take_token_from_query(std::string_view query);

}  // namespace ws::plugin
