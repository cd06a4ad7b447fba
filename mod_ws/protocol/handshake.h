// Decides whether a request is a correct opening handshake (RFC 6455 section 4.2). It sees headers
// that httpd has parsed; the origin (origin.h) and the choice of a subprotocol (subprotocol.h) are
// asked afterwards.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/extension_offer.h"
#include "protocol/header_list.h"

namespace ws::protocol {

struct HandshakeRequest {
  std::string_view method;
  int http_major = 1;
  int http_minor = 1;
  bool has_body = false;  // Content-Length above 0, or any Transfer-Encoding
  std::span<const HeaderField> headers;
};

// Whether Upgrade names websocket: the request is ours to answer, with 101 or a refusal.
[[nodiscard]] bool wants_websocket(std::span<const HeaderField> headers) noexcept;

// The answer to a request that is no correct handshake. The connection must be closed after it: a
// proxy in front may believe in the tunnel.
struct HandshakeRefusal {
  int status = 0;           // 400, 405, 426 or 500
  std::string_view reason;  // for the log: what was wrong; static, nothing of the client's text
  bool allow_get = false;   // send "Allow: GET"
  bool upgrade_headers = false;  // send "Upgrade: websocket" and "Sec-WebSocket-Version: 13"
};

inline constexpr size_t kMaxSubprotocols = 32;

struct HandshakeAccept {
  std::array<char, 28> accept_key{};           // value of Sec-WebSocket-Accept
  std::vector<std::string_view> subprotocols;  // asked for, in the client's order, no name twice
  std::vector<ExtensionOffer> extensions;      // offered, in the client's order
  std::optional<std::string_view> origin;      // as sent; none if there is no such header
};

// Views in the result are of the request's headers.
[[nodiscard]] std::variant<HandshakeAccept, HandshakeRefusal> check_handshake(
    const HandshakeRequest& request);

// Whether `key` is the base64 form of 16 bytes (RFC 6455 section 4.1, number 7).
[[nodiscard]] bool is_valid_key(std::string_view key) noexcept;

// The value of Sec-WebSocket-Accept for a key (RFC 6455 section 4.2.2); nothing if OpenSSL offers
// no SHA-1.
[[nodiscard]] std::optional<std::array<char, 28>> sec_websocket_accept(
    std::string_view key) noexcept;

}  // namespace ws::protocol
