// The checks of an opening handshake, in the order of RFC 6455 section 4.2.1.
#include "protocol/handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>

namespace ws::protocol {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr size_t kKeySize = 24;

using Check = std::optional<HandshakeRefusal>;

HandshakeRefusal bad_request(std::string_view reason) { return {.status = 400, .reason = reason}; }

HandshakeRefusal upgrade_required(std::string_view reason) {
  return {.status = 426, .reason = reason, .upgrade_headers = true};
}

// All fields of one name.
struct Fields {
  size_t count = 0;
  std::string_view first;
};

Fields find(std::span<const HeaderField> headers, std::string_view name) noexcept {
  Fields found;
  for (const HeaderField& field : headers) {
    if (!equals_ignoring_case(field.name, name)) continue;
    if (found.count++ == 0) found.first = trim(field.value);
  }
  return found;
}

Check check_upgrade(const HandshakeRequest& request) {
  if (request.method != "GET") {
    return HandshakeRefusal{.status = 405, .reason = "the method is not GET", .allow_get = true};
  }
  if (request.http_major < 1 || (request.http_major == 1 && request.http_minor < 1)) {
    return upgrade_required("an HTTP version before 1.1 knows no Upgrade");
  }
  if (!wants_websocket(request.headers)) return upgrade_required("Upgrade has no websocket");
  if (!has_token(request.headers, "Connection", "upgrade")) {
    return upgrade_required("Connection has no upgrade");
  }
  if (request.has_body) return bad_request("the request has a body");
  return {};
}

Check check_version_and_key(std::span<const HeaderField> headers) {
  const Fields version = find(headers, "Sec-WebSocket-Version");
  if (version.count != 1 || version.first != "13") {
    return upgrade_required("Sec-WebSocket-Version is not 13");
  }
  const Fields key = find(headers, "Sec-WebSocket-Key");
  if (key.count == 0) return bad_request("no Sec-WebSocket-Key");
  if (key.count > 1) return bad_request("more than one Sec-WebSocket-Key");
  if (!is_valid_key(key.first)) return bad_request("Sec-WebSocket-Key is not 16 bytes in base64");
  return {};
}

// RFC 6455 section 11.3.4: several fields are one list; its elements are tokens, each once.
Check read_subprotocols(std::span<const HeaderField> headers,
                        std::vector<std::string_view>& names) {
  for (const HeaderField& field : headers) {
    if (!equals_ignoring_case(field.name, "Sec-WebSocket-Protocol")) continue;
    ElementReader elements(field.value);
    while (const auto name = elements.next()) {
      if (!is_token(*name)) return bad_request("Sec-WebSocket-Protocol is no list of tokens");
      if (names.size() == kMaxSubprotocols) {
        return bad_request("more than 32 names in Sec-WebSocket-Protocol");
      }
      if (std::find(names.begin(), names.end(), *name) != names.end()) {
        return bad_request("a name twice in Sec-WebSocket-Protocol");
      }
      names.push_back(*name);
    }
  }
  return {};
}

Check read_extensions(std::span<const HeaderField> headers, std::vector<ExtensionOffer>& offers) {
  for (const HeaderField& field : headers) {
    if (!equals_ignoring_case(field.name, "Sec-WebSocket-Extensions")) continue;
    if (!parse_extension_offers(field.value, offers)) {
      return bad_request("Sec-WebSocket-Extensions has a wrong syntax");
    }
  }
  return {};
}

}  // namespace

bool wants_websocket(std::span<const HeaderField> headers) noexcept {
  return has_token(headers, "Upgrade", "websocket");
}

std::variant<HandshakeAccept, HandshakeRefusal> check_handshake(const HandshakeRequest& request) {
  if (const Check refusal = check_upgrade(request)) return *refusal;
  if (const Check refusal = check_version_and_key(request.headers)) return *refusal;
  HandshakeAccept accept;
  const Fields origin = find(request.headers, "Origin");
  if (origin.count > 1) return bad_request("more than one Origin");
  if (origin.count == 1) accept.origin = origin.first;
  if (const Check refusal = read_subprotocols(request.headers, accept.subprotocols)) {
    return *refusal;
  }
  if (const Check refusal = read_extensions(request.headers, accept.extensions)) return *refusal;
  const auto key = sec_websocket_accept(find(request.headers, "Sec-WebSocket-Key").first);
  if (!key) return HandshakeRefusal{.status = 500, .reason = "OpenSSL offers no SHA-1"};
  accept.accept_key = *key;
  return accept;
}

bool is_valid_key(std::string_view key) noexcept {
  const auto is_base64 = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  return key.size() == kKeySize && key.ends_with("==") &&
         std::all_of(key.begin(), key.end() - 2, is_base64);
}

std::optional<std::array<char, 28>> sec_websocket_accept(std::string_view key) noexcept {
  char text[kKeySize + kGuid.size()];
  if (key.size() != kKeySize) return std::nullopt;
  std::memcpy(text, key.data(), kKeySize);
  std::memcpy(text + kKeySize, kGuid.data(), kGuid.size());
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(text, sizeof text, digest, &size, EVP_sha1(), nullptr) != 1) return std::nullopt;
  unsigned char encoded[29];
  EVP_EncodeBlock(encoded, digest, static_cast<int>(size));
  std::array<char, 28> accept;
  std::memcpy(accept.data(), encoded, accept.size());
  return accept;
}

}  // namespace ws::protocol
