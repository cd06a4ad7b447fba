// The token of a handshake request: taken away before anybody sees it, or writes it to a log.
#pragma once

#include <string_view>
#include <vector>

#include "httpd/httpd_headers.h"
#include "protocol/header_list.h"

namespace ws::httpd {

// As a client sent it. Strings are of the request's pool.
struct RequestToken {
  const char* token;      // from the subprotocols, else from the query
  const char* protocols;  // Sec-WebSocket-Protocol and the query as they were; null: untouched
  const char* query;
  char* unparsed_uri;  // what the query stood in, too
  char* the_request;
};

// [worker] For post_read_request, when a WebSocketToken is somewhere in the configuration: takes
// the token out of the request's header, query and request line.
void hide_token(request_rec* r);

// For what is proxied elsewhere, where names like ours may mean something else: everything is as it
// was.
void show_token(request_rec* r);

// What hide_token() found; null: none.
[[nodiscard]] const RequestToken* hidden_token(const request_rec* r) noexcept;

// For a Location without WebSocketToken, whose plugin may have tokens of its own: puts it back into
// the header fields and the query that the plugin sees; httpd and its logs stay without.
void give_token_back(const request_rec* r, std::vector<protocol::HeaderField>& fields,
                     std::string_view& query);

}  // namespace ws::httpd
