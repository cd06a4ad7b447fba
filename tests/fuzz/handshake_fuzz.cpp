// Requests, one header a line: what is accepted must be right, and nothing may read beyond the
// lines. The first byte chooses method, version and body; lines begin after it.
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "fuzz_input.h"
#include "protocol/deflate_parameters.h"
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

const ExtensionParameter* find(const ExtensionOffer& offer, std::string_view name) {
  for (const ExtensionParameter& parameter : offer.parameters) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

bool has(const ExtensionOffer& offer, std::string_view name) {
  return find(offer, name) != nullptr;
}

unsigned bits_of(const ExtensionOffer& offer, std::string_view name) {
  const ExtensionParameter* const found = find(offer, name);
  return found ? static_cast<unsigned>(std::stoul(found->value.value())) : 15;
}

// An answer is what a client that made one of the offers may take (RFC 7692 section 7.1).
void check_answer(const std::string& answer, const DeflateAgreement& agreement,
                  const std::vector<ExtensionOffer>& offers) {
  std::vector<ExtensionOffer> parsed;
  require(parse_extension_offers(answer, parsed) && parsed.size() == 1, "one extension");
  const ExtensionOffer& told = parsed.front();
  require(told.name == "permessage-deflate", "the extension that was offered");
  require(agreement.server_takeover == !has(told, "server_no_context_takeover"), "told: ours");
  require(agreement.client_takeover == !has(told, "client_no_context_takeover"), "told: theirs");
  require(bits_of(told, "server_max_window_bits") == agreement.server_window_bits,
          "told: our window");
  require(bits_of(told, "client_max_window_bits") == agreement.client_window_bits,
          "told: their window");
  require(agreement.server_window_bits >= 9 && agreement.server_window_bits <= 15, "our window");
  require(agreement.client_window_bits >= 8 && agreement.client_window_bits <= 15, "their window");
  for (const ExtensionOffer& offer : offers) {
    if (offer.name != "permessage-deflate") continue;
    const char* const no_takeover = "server_no_context_takeover";
    const bool fits =
        (!has(offer, no_takeover) || has(told, no_takeover)) &&
        (!has(offer, "server_max_window_bits") || has(told, "server_max_window_bits")) &&
        (!has(told, "client_max_window_bits") || has(offer, "client_max_window_bits"));
    if (fits) return;
  }
  require(false, "one of the offers is accepted");
}

void check_deflate(const std::vector<ExtensionOffer>& offers) {
  for (const DeflateSettings& settings :
       {DeflateSettings{}, DeflateSettings{.server_window_bits = 10,
                           .client_window_bits = 11,
                           .server_takeover = true,
                           .client_takeover = true}}) {
    std::string answer;
    const auto agreement = negotiate_deflate(offers, settings, answer);
    require(agreement.has_value() != answer.empty(), "an agreement has words");
    if (agreement) check_answer(answer, *agreement, offers);
  }
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
  check_deflate(accept.extensions);
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
