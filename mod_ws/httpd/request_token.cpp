// The token of a handshake request.
#include "httpd/request_token.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "plugin/token_source.h"

namespace ws::httpd {

namespace {

constexpr const char* kProtocols = "Sec-WebSocket-Protocol";

char* copy(request_rec* r, std::string_view text) {
  return apr_pstrmemdup(r->pool, text.data(), text.size());
}

// A request line, or a URI: what is behind the first '?' up to a blank becomes `query`.
char* with_query(request_rec* r, std::string_view text, std::string_view query) {
  const size_t mark = text.find('?');
  if (mark == text.npos) return copy(r, text);
  const std::string_view behind = text.substr(std::min(text.find(' ', mark), text.size()));
  std::string out(text.substr(0, mark));
  if (!query.empty()) out.append("?").append(query);
  return copy(r, out.append(behind));
}

void set_query(request_rec* r, std::string_view query) {
  r->args = query.empty() ? nullptr : copy(r, query);
  r->parsed_uri.query = r->args;
  if (r->unparsed_uri) r->unparsed_uri = with_query(r, r->unparsed_uri, query);
}

}  // namespace

void hide_token(request_rec* r) {
  const char* const protocols = apr_table_get(r->headers_in, kProtocols);
  const auto in_protocols = plugin::take_token_from_protocols(protocols ? protocols : "");
  const auto in_query = plugin::take_token_from_query(r->args ? r->args : "");
  if (!in_protocols && !in_query) return;
  auto* const hidden = static_cast<RequestToken*>(apr_pcalloc(r->pool, sizeof(RequestToken)));
  hidden->token = copy(r, in_protocols ? in_protocols->token : in_query->token);
  if (in_protocols) {
    hidden->protocols = protocols;
    if (in_protocols->rest.empty()) {
      apr_table_unset(r->headers_in, kProtocols);
    } else {
      apr_table_setn(r->headers_in, kProtocols, copy(r, in_protocols->rest));
    }
  }
  if (in_query) {
    hidden->query = r->args;
    hidden->unparsed_uri = r->unparsed_uri;
    hidden->the_request = r->the_request;
    set_query(r, in_query->rest);
    r->the_request = with_query(r, r->the_request, in_query->rest);
  }
  ap_set_module_config(r->request_config, &websocket_module, hidden);
}

void show_token(request_rec* r) {
  const RequestToken* const hidden = hidden_token(r);
  if (!hidden) return;
  if (hidden->protocols) apr_table_setn(r->headers_in, kProtocols, hidden->protocols);
  if (!hidden->query) return;
  r->args = copy(r, hidden->query);
  r->parsed_uri.query = r->args;
  r->unparsed_uri = hidden->unparsed_uri;
  r->the_request = hidden->the_request;
}

const RequestToken* hidden_token(const request_rec* r) noexcept {
  return static_cast<const RequestToken*>(
      ap_get_module_config(r->request_config, &websocket_module));
}

void give_token_back(const request_rec* r, std::vector<protocol::HeaderField>& fields,
                     std::string_view& query) {
  const RequestToken* const hidden = hidden_token(r);
  if (!hidden) return;
  if (hidden->query) query = hidden->query;
  if (!hidden->protocols) return;
  const auto field = std::ranges::find_if(
      fields, [](const auto& one) { return protocol::equals_ignoring_case(one.name, kProtocols); });
  if (field != fields.end()) {
    field->value = hidden->protocols;
  } else {
    fields.push_back({kProtocols, hidden->protocols});
  }
}

}  // namespace ws::httpd
