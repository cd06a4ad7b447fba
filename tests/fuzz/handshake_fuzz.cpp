// Requests, one header a line: what is accepted must be right, and nothing may read beyond the
// lines. The first byte chooses method, version and body; lines begin after it.
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "fuzz_input.h"
#include "protocol/handshake.h"
#include "protocol/origin.h"
#include "protocol/subprotocol.h"

namespace {

using namespace ws::protocol;
using ws::fuzz::require;

std::vector<HeaderField> headers_of(std::string_view text) {
  std::vector<HeaderField> headers;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const size_t colon = std::min(line.find(':'), line.size());
    headers.push_back({line.substr(0, colon), line.substr(std::min(colon + 1, line.size()))});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return headers;
}

size_t count(const std::vector<HeaderField>& headers, std::string_view name) {
  size_t found = 0;
  for (const HeaderField& field : headers) found += equals_ignoring_case(field.name, name) ? 1 : 0;
  return found;
}

void check_accept(const HandshakeRequest& request, const std::vector<HeaderField>& headers,
                  const HandshakeAccept& accept) {
  require(request.method == "GET" && request.http_minor == 1 && !request.has_body, "what is 101");
  require(wants_websocket(headers), "101 only for websocket");
  require(count(headers, "Sec-WebSocket-Key") == 1, "one key");
  require(count(headers, "Sec-WebSocket-Version") == 1, "one version");
  require(count(headers, "Origin") == (accept.origin ? 1 : 0), "at most one origin");
  require(accept.accept_key.back() == '=', "an accept key");
  require(accept.subprotocols.size() <= kMaxSubprotocols, "number of subprotocols");
  std::set<std::string_view> names;
  for (const std::string_view name : accept.subprotocols) {
    require(is_token(name), "subprotocols are tokens");
    require(names.insert(name).second, "each subprotocol once");
  }
  require(accept.extensions.size() <= kMaxExtensionOffers, "number of extensions");
  for (const ExtensionOffer& offer : accept.extensions) {
    require(is_token(offer.name), "extensions are tokens");
    require(offer.parameters.size() <= kMaxExtensionParameters, "number of parameters");
    for (const ExtensionParameter& parameter : offer.parameters) {
      require(is_token(parameter.name), "parameters are tokens");
      require(!parameter.value || is_token(*parameter.value), "values are tokens");
    }
  }
  const std::vector<std::string_view> server{"chat", "b"};
  const std::string_view chosen = select_subprotocol(accept.subprotocols, server);
  require(chosen.empty() || names.count(chosen) == 1, "a chosen subprotocol was asked for");
}

void check_origin(std::string_view origin, std::string_view host) {
  const auto parsed = Origin::parse(origin);
  const bool same = OriginPolicy().allows(origin, true, host);
  if (same) {
    require(parsed && parsed->scheme == "https", "the same host has an origin");
    const std::string text =
        parsed->scheme + "://" + parsed->host + ":" + std::to_string(parsed->port);
    require(Origin::parse(text) == parsed, "an origin is read as it is written");
  }
  std::string error;
  const auto policy = OriginPolicy::parse({&origin, 1}, error);
  require(policy.has_value() == error.empty(), "an error has words");
  if (policy && parsed) require(policy->allows(origin, false, host), "a listed origin may connect");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ws::fuzz::FuzzInput input(data, size);
  const uint8_t choice = input.byte();
  const std::string text(input.rest());
  const std::vector<HeaderField> headers = headers_of(text);
  const HandshakeRequest request{.method = choice & 1 ? "POST" : "GET",
                                 .http_minor = choice & 2 ? 0 : 1,
                                 .has_body = (choice & 4) != 0,
                                 .headers = headers};
  const auto result = check_handshake(request);
  if (const auto* accept = std::get_if<HandshakeAccept>(&result)) {
    check_accept(request, headers, *accept);
  } else {
    const auto& refusal = std::get<HandshakeRefusal>(result);
    require(refusal.status == 400 || refusal.status == 405 || refusal.status == 426, "status");
  }
  std::string_view origin, host;
  for (const HeaderField& field : headers) {
    if (equals_ignoring_case(field.name, "Origin")) origin = trim(field.value);
    if (equals_ignoring_case(field.name, "Host")) host = trim(field.value);
  }
  check_origin(origin, host);
  return 0;
}
