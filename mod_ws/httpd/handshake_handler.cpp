// Requests to a Location with a WebSocketPlugin.
#include "httpd/handshake_handler.h"

#include <http_ssl.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "httpd/authorize.h"
#include "httpd/child.h"
#include "httpd/configuration.h"
#include "httpd/guard.h"
#include "httpd/refusal.h"
#include "httpd/request_token.h"
#include "httpd/shared_limits.h"
#include "httpd/stop_later.h"
#include "plugin/token_verifier.h"
#include "protocol/deflate_parameters.h"
#include "protocol/handshake.h"
#include "protocol/origin.h"

namespace ws::httpd::handshake {

namespace {

using protocol::HeaderField;

constexpr const char* kHandler = "websocket-upgrade";
constexpr const char* kWebSocket = "websocket";
constexpr std::string_view kHttp2 = "h2c";
// httpd's own limit for one header line, LimitRequestFieldSize, serves clients as a measure.
constexpr size_t kMaxAnswerHeaders = 8190;

template <class Pair>
std::vector<Pair> pairs_of(const apr_table_t* table) {
  const apr_array_header_t* const array = apr_table_elts(table);
  const auto* const entries = reinterpret_cast<const apr_table_entry_t*>(array->elts);
  std::vector<Pair> pairs;
  pairs.reserve(static_cast<size_t>(array->nelts));
  for (int i = 0; i < array->nelts; ++i)
    if (entries[i].key) pairs.push_back({entries[i].key, entries[i].val ? entries[i].val : ""});
  return pairs;
}

bool wants_websocket(const request_rec* r) {
  // Most requests have no such header: these cost one look-up.
  if (!apr_table_get(r->headers_in, "Upgrade")) return false;
  return protocol::wants_websocket(pairs_of<HeaderField>(r->headers_in));
}

// The configuration, when the request is for a plugin: not a subrequest, nor the target of
// an internal redirect (an ErrorDocument, say), which must never become a session.
const DirectoryConfig* plugin_config(const request_rec* r) {
  if (r->main || r->prev) return nullptr;
  const DirectoryConfig* const config = directory_config(r->per_dir_config);
  return config && config->plugin ? config : nullptr;
}

bool has_body(const request_rec* r) {
  if (apr_table_get(r->headers_in, "Transfer-Encoding")) return true;
  const char* const length = apr_table_get(r->headers_in, "Content-Length");
  return length && std::string_view(length).find_first_not_of('0') != std::string_view::npos;
}

std::unique_ptr<plugin::StoredRequest> store(request_rec* r, std::span<const HeaderField> fields,
                                             std::string_view query, plugin::Identity identity) {
  using Field = plugin::RequestParts::Field;
  std::vector<Field> headers;
  headers.reserve(fields.size());
  for (const auto& field : fields) headers.emplace_back(field.name, field.value);
  const auto environment = pairs_of<Field>(r->subprocess_env);
  plugin::RequestParts parts;
  parts.headers = headers;
  parts.environment = environment;
  parts.path = r->uri ? r->uri : "";
  parts.query = query;
  parts.identity = std::move(identity);
  parts.remote_ip = r->useragent_ip ? r->useragent_ip : "";
  parts.host = r->hostname ? r->hostname : "";
  parts.is_tls = ap_ssl_conn_is_ssl(r->connection) != 0;
  return std::make_unique<plugin::StoredRequest>(std::move(parts));
}

// RFC 6750, section 3.
int refuse_token(request_rec* r, const char* challenge, std::string_view fault) {
  apr_table_setn(r->err_headers_out, "WWW-Authenticate", challenge);
  return refuse(r, HTTP_UNAUTHORIZED, "WebSocketToken: " + std::string(fault));
}

// kOk with or without an identity; else what the handler has to return.
int read_token(request_rec* r, const DirectoryConfig& config,
               std::optional<plugin::Identity>& identity) {
  if (!config.tokens) return kOk;
  const RequestToken* const hidden = hidden_token(r);
  if (!hidden) return config.token_required ? refuse_token(r, "Bearer", "there is no token") : kOk;
  std::string_view fault;
  identity = config.tokens->verify(hidden->token, base::unix_time_ms(), fault);
  return identity ? kOk : refuse_token(r, "Bearer error=\"invalid_token\"", fault);
}

// Who it is, from the first that says something. kOk to go on; httpd knows the user from then on.
int identify(request_rec* r, const DirectoryConfig& config, Authorized& found) {
  std::optional<plugin::Identity> of_token;
  if (const int status = read_token(r, config, of_token); status != kOk) return status;
  if (of_token) {
    found.identity = std::move(*of_token);
  } else if (const int status = authorize(r, config, found); status != kOk) {
    return status;
  }
  std::string& user = found.identity.rights.user;
  if (user.empty()) {
    user = r->user ? r->user : "";
  } else {
    r->user = apr_pstrmemdup(r->pool, user.data(), user.size());
  }
  return kOk;
}

// What the checks before the plugin's say: a status, and kOk to go on.
int check_request(request_rec* r, const DirectoryConfig& config,
                  const protocol::HandshakeAccept& accept, session::Seat& seat) {
  static const protocol::OriginPolicy kDefaultPolicy;
  const protocol::OriginPolicy& policy = config.origin ? *config.origin : kDefaultPolicy;
  const char* const host = apr_table_get(r->headers_in, "Host");
  if (!policy.allows(accept.origin, ap_ssl_conn_is_ssl(r->connection) != 0, host ? host : ""))
    return refuse(r, HTTP_FORBIDDEN, "the page's Origin is not allowed (WebSocketOrigin)",
                  accept.origin ? *accept.origin : "none");
  if (const char* const obstacle = Detacher::obstacle(r))
    return refuse(r, HTTP_NOT_IMPLEMENTED, "the connection can't leave httpd", obstacle,
                  base::LogLevel::error);
  if (!global_config()->same_openssl && ap_ssl_conn_is_ssl(r->connection))
    return refuse(r, HTTP_NOT_IMPLEMENTED, "mod_ssl uses another OpenSSL", {},
                  base::LogLevel::error);
  Child& child = *global_config()->child;
  switch (child.room(seat)) {
    case Child::Room::yes:
      return kOk;
    case Child::Room::full:
      return refuse_for_now(r, "WebSocketMaxConnections: this process has them all",
                            child.level_of(Child::Limit::child));
    case Child::Room::too_fast:
      return refuse_for_now(r, "WebSocketHandshakeRate: too many come at once",
                            child.level_of(Child::Limit::rate));
    case Child::Room::stopping:
      return refuse_for_now(r, "this process ends, or has no loop", base::LogLevel::info);
  }
  return HTTP_INTERNAL_SERVER_ERROR;
}

// RFC 7692. What the answer has to say of it is a header.
protocol::DeflateAgreement agree_on_compression(const session::SessionLimits& limits,
                                                const protocol::HandshakeAccept& accept,
                                                plugin::HandshakeDecision& decision) {
  std::string answer;
  if (!limits.deflate || accept.extensions.empty()) return {};
  const auto agreed = protocol::negotiate_deflate(accept.extensions, *limits.deflate, answer);
  if (!agreed) return {};
  decision.headers.emplace_back("Sec-WebSocket-Extensions", std::move(answer));
  return *agreed;
}

int switch_protocols(request_rec* r, const protocol::HandshakeAccept& accept,
                     const plugin::HandshakeDecision& decision, session::SessionStart start) {
  std::vector<Detacher::Header> headers = {
      {"Upgrade", "websocket"},
      {"Connection", "Upgrade"},
      {"Sec-WebSocket-Accept",
       apr_pstrmemdup(r->pool, accept.accept_key.data(), accept.accept_key.size())}};
  if (!decision.subprotocol.empty())
    headers.push_back({"Sec-WebSocket-Protocol", decision.subprotocol.c_str()});
  size_t size = 0;
  for (const auto& [name, value] : decision.headers) {
    size += name.size() + value.size() + 4;
    headers.push_back({name.c_str(), value.c_str()});
  }
  if (size > kMaxAnswerHeaders)
    return refuse(r, HTTP_INTERNAL_SERVER_ERROR, "the answer's headers are too long", {},
                  base::LogLevel::error);
  if (!global_config()->child->detacher().upgrade(r, headers, std::move(start)))
    return refuse_for_now(r, "no descriptor is left for another connection", base::LogLevel::error);
  ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "WebSocket accepted: the connection leaves httpd");
  return kOk;
}

int upgrade(request_rec* r, const DirectoryConfig& config) {
  if (!global_config()->child)
    return refuse_for_now(r, "this process could not start its WebSockets", base::LogLevel::info);
  auto fields = pairs_of<HeaderField>(r->headers_in);
  std::string_view query = r->args ? r->args : "";
  if (!config.tokens) give_token_back(r, fields, query);
  const auto checked = protocol::check_handshake({.method = r->method,
                                                  .http_major = HTTP_VERSION_MAJOR(r->proto_num),
                                                  .http_minor = HTTP_VERSION_MINOR(r->proto_num),
                                                  .has_body = has_body(r),
                                                  .headers = fields});
  if (const auto* const refusal = std::get_if<protocol::HandshakeRefusal>(&checked))
    return refuse(r, *refusal);
  const auto& accept = std::get<protocol::HandshakeAccept>(checked);
  Child& child = *global_config()->child;
  session::Seat seat;
  Child::Endpoint endpoint{};
  {
    const StopLater stop_later;
    if (const int status = check_request(r, config, accept, seat); status != kOk) return status;
    if (const int status = check_shared_limits(r, config, child); status != kOk) return status;
    if (!child.endpoint(r->server, config, endpoint))
      return refuse_for_now(r, "the plugin did not start", base::LogLevel::info);
  }
  // This may take long, for it may run a page of the site: a stop does not wait for it.
  Authorized visitor;
  if (const int status = identify(r, config, visitor); status != kOk) return status;
  const StopLater stop_later;
  session::SessionStart start;
  start.seat = std::move(seat);
  if (const int status = take_shared_seats(r, config, child, start.server_seats); status != kOk)
    return status;
  auto request = store(r, fields, query, std::move(visitor.identity));
  plugin::HandshakeDecision decision = endpoint.instance->handshake(*request, accept.subprotocols);
  if (decision.status != HTTP_SWITCHING_PROTOCOLS) return refuse(r, decision);

  std::ranges::move(visitor.headers, std::back_inserter(decision.headers));
  start.settings = endpoint.settings;
  start.deflate = agree_on_compression(endpoint.settings->limits, accept, decision);
  start.user = r->user ? r->user : "";
  if (r->uri) start.path = r->uri;
  start.remote_ip = r->useragent_ip ? r->useragent_ip : "";
  start.request = std::move(request);
  return switch_protocols(r, accept, decision, std::move(start));
}

extern "C" {

// Whatever refuses an upgrade, httpd's own access control too, ends the connection: a
// proxy that wrongly believes in the tunnel must find no HTTP server behind it. Some proxies write
// a protocol of their own ("*") for websocket; h2c alone is mod_http2's, and clients offer it
// with any request.
int ws_post_read_request(request_rec* r) {
  const char* const upgrade = apr_table_get(r->headers_in, "Upgrade");
  if (upgrade && global_config()->bindings && !r->connection->master)
    guarded(r->server, false, [&] {
      if (!protocol::equals_ignoring_case(protocol::trim(upgrade), kHttp2))
        r->connection->keepalive = AP_CONN_CLOSE;
      if (global_config()->has_tokens && wants_websocket(r)) hide_token(r);
      return true;
    });
  return kDeclined;
}

// Where a plugin is, nothing but WebSocket is switched to: a proxy that passes upgrades on here
// would let HTTP/2 through unseen. Before access control, which may have a page of its own.
int ws_parse_headers(request_rec* r) {
  if (!plugin_config(r) || !apr_table_get(r->headers_in, "Upgrade")) return kDeclined;
  return guarded(r->server, HTTP_INTERNAL_SERVER_ERROR, [&] {
    r->connection->keepalive = AP_CONN_CLOSE;
    if (wants_websocket(r)) {
      apr_table_setn(r->headers_in, "Upgrade", kWebSocket);
    } else {
      apr_table_unset(r->headers_in, "Upgrade");
    }
    return kDeclined;
  });
}

// Fallbacks for files that don't exist (FallbackResource, DirectoryIndex) are not meant for
// an upgrade, and would take its Location away.
int ws_fixups(request_rec* r) {
  return guarded(r->server, kDeclined, [&] {
    if (r->proxyreq != PROXYREQ_NONE) show_token(r);
    if (!plugin_config(r) || !wants_websocket(r)) return kDeclined;
    r->handler = kHandler;
    r->finfo.filetype = APR_NOFILE;
    return kOk;
  });
}

int ws_handle_upgrade(request_rec* r) {
  return guarded(r->server, HTTP_INTERNAL_SERVER_ERROR, [&] {
    const DirectoryConfig* const config = plugin_config(r);
    if (!config || !wants_websocket(r)) return kDeclined;
    return upgrade(r, *config);
  });
}

// Last of all: nothing else of the site is served here.
int ws_handle_other(request_rec* r) {
  return guarded(r->server, HTTP_INTERNAL_SERVER_ERROR, [&] {
    const bool nothing_there = r->finfo.filetype == APR_NOFILE || r->finfo.filetype == APR_DIR;
    if (!plugin_config(r) || !nothing_there) return kDeclined;
    return upgrade_required(r);
  });
}

}  // extern "C"

}  // namespace

void register_hooks() {
  ap_hook_post_read_request(ws_post_read_request, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_header_parser(ws_parse_headers, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_fixups(ws_fixups, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_handler(ws_handle_upgrade, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_handler(ws_handle_other, nullptr, nullptr, APR_HOOK_LAST);
}

}  // namespace ws::httpd::handshake
