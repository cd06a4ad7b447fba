// Requests to a Location with SetHandler websocket-publish.
#include "httpd/publish_handler.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "httpd/child.h"
#include "httpd/configuration.h"
#include "httpd/guard.h"
#include "httpd/handler_location.h"
#include "httpd/refusal.h"
#include "httpd/request_body.h"
#include "httpd/stop_later.h"
#include "publish/answer.h"
#include "publish/call.h"
#include "publish/content.h"
#include "publish/execute.h"
#include "publish/keys.h"

namespace ws::httpd::publishing {

namespace {

using publish::Call;
using publish::Refusal;

// httpd kills a child some 9 s after a stop began; what comes after us needs 3.
constexpr uint32_t kPatienceMs = 3'000;
constexpr size_t kMaxKey = 255;

const char* header(const request_rec* r, const char* name) {
  const char* const value = apr_table_get(r->headers_in, name);
  return value ? value : "";
}

int send(request_rec* r, int status, std::string_view json) {
  r->status = status;
  ap_set_content_type(r, "application/json");
  apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
  apr_table_setn(r->err_headers_out, "X-Content-Type-Options", "nosniff");
  ap_set_content_length(r, static_cast<apr_off_t>(json.size()));
  if (!r->header_only) ap_rwrite(json.data(), static_cast<int>(json.size()), r);
  return kOk;
}

// Ends the connection: what is left of the body is not read.
int refuse(request_rec* r, const Refusal& refusal) {
  r->connection->keepalive = AP_CONN_CLOSE;
  Child* const child = global_config()->child;
  if (child) child->counters().head().http_refused.add_shared(1);
  if (refusal.status == HTTP_UNAUTHORIZED)
    apr_table_setn(r->err_headers_out, "WWW-Authenticate", "Bearer");
  if (refusal.status == HTTP_METHOD_NOT_ALLOWED)
    apr_table_setn(r->err_headers_out, "Allow", "GET, POST, DELETE");
  if (refusal.status == HTTP_SERVICE_UNAVAILABLE)
    apr_table_setn(r->err_headers_out, "Retry-After", "1");
  const int level = refusal.status >= 500 ? APLOG_WARNING : APLOG_INFO;
  if (!child || child->refusal_line_is_due(r, level))
    ap_log_rerror(APLOG_MARK, level, 0, r, "publish refused with %d: %s", refusal.status,
                  refusal.message.c_str());
  return send(r, refusal.status, publish::error_answer(refusal.error, refusal.message));
}

std::string_view path_below(const request_rec* r, std::string_view base) {
  std::string_view path =
      std::string_view(r->uri).substr(base.ends_with('/') ? base.size() - 1 : base.size());
  if (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

// A page in a browser sends one of these with a request to us, whoever made the page.
bool is_from_browser(const request_rec* r) {
  return apr_table_get(r->headers_in, "Origin") || apr_table_get(r->headers_in, "Sec-Fetch-Site") ||
         apr_table_get(r->headers_in, "Cookie");
}

bool is_signed(const request_rec* r) {
  return apr_table_get(r->headers_in, "X-WebSocket-Signature") != nullptr;
}

// What can be said before the body is there. A signature covers that, too.
std::optional<Refusal> check_caller(const request_rec* r, const publish::Keys* keys) {
  if (!keys && is_from_browser(r))
    return Refusal{403, "browser", "A page may not publish. A program sends no Origin or Cookie."};
  if (keys && !is_signed(r) && !keys->accepts(header(r, "Authorization")))
    return Refusal{401, "unauthorized", "This needs a key that is in WebSocketPublishKey's file."};
  return std::nullopt;
}

std::optional<Refusal> check_signature(const request_rec* r, const publish::Keys* keys,
                                       std::string_view body) {
  if (!keys || !is_signed(r)) return std::nullopt;
  const publish::SignedRequest request{r->method, r->unparsed_uri, header(r, "Content-Type"),
                                       header(r, "Idempotency-Key"), body};
  if (keys->accepts(header(r, "X-WebSocket-Signature"), request, apr_time_sec(apr_time_now())))
    return std::nullopt;
  return Refusal{401, "unauthorized", "The signature is wrong, or more than 5 minutes old."};
}

bool is_key(std::string_view key) noexcept {
  return !key.empty() && key.size() <= kMaxKey &&
         std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7f'; });
}

// What AllowEncodedSlashes lets through is a slash or it is not, as the administrator says; a name
// is to mean the same everywhere.
bool has_encoded_slash(std::string_view target) noexcept {
  const std::string_view path = target.substr(0, target.find('?'));
  return path.find("%2F") != path.npos || path.find("%2f") != path.npos;
}

// What the headers say of a message.
std::optional<Refusal> read_headers(const request_rec* r, publish::Content& content) {
  auto opcode = publish::opcode_of(header(r, "Content-Type"), header(r, "Content-Encoding"));
  if (auto* const refusal = std::get_if<Refusal>(&opcode)) return std::move(*refusal);
  content.opcode = std::get<protocol::Opcode>(opcode);
  const char* const key = apr_table_get(r->headers_in, "Idempotency-Key");
  if (key && !is_key(key))
    return Refusal{400, "bad_key", "An Idempotency-Key is 1 to 255 characters of ASCII."};
  if (key) content.key = key;
  return std::nullopt;
}

int answer(request_rec* r, const Call& call, std::string_view body) {
  publish::Content content;
  content.body = body;
  if (call.kind == Call::Kind::publish)
    if (const auto refusal = read_headers(r, content)) return refuse(r, *refusal);
  publish::Ground ground{
      global_config()->child->bus(), channel_namespace(r->server), {}, kPatienceMs};
  for (const PluginBinding* one = global_config()->bindings; one; one = one->next)
    ground.locations.insert(one->location);
  if (const DirectoryConfig* const config = directory_config(r->per_dir_config))
    ground.kept_by_rule = [config](std::string_view channel) {
      return config->kept_by_rule(channel);
    };
  const auto result = publish::execute(call, content, ground);
  if (const auto* const refusal = std::get_if<Refusal>(&result)) return refuse(r, *refusal);
  const auto& done = std::get<publish::Done>(result);
  global_config()->child->counters().head().http_accepted.add_shared(1);
  if (done.is_replay) apr_table_setn(r->headers_out, "Idempotent-Replayed", "true");
  return send(r, HTTP_OK, done.json);
}

int handle(request_rec* r) {
  const DirectoryConfig* const config = directory_config(r->per_dir_config);
  const publish::Keys* const keys = config ? config->publish_keys : nullptr;
  if (const auto refusal = check_caller(r, keys)) return refuse(r, *refusal);
  const char* const base = location_of_handler(r, kHandler);
  if (!base) {
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                  "SetHandler %s needs a <Location> with a plain path around it", kHandler);
    return HTTP_INTERNAL_SERVER_ERROR;
  }
  if (has_encoded_slash(r->unparsed_uri))
    return refuse(r, {400, "bad_channel", "A name with a slash goes into the query."});
  const auto parsed = publish::parse_call(r->method, path_below(r, base), r->args ? r->args : "");
  if (const auto* const refusal = std::get_if<Refusal>(&parsed)) return refuse(r, *refusal);

  const size_t limit = (config ? *config : DirectoryConfig()).limits().read.max_message_size;
  std::string body;
  if (const int status = read_body(r, limit, body); status == HTTP_REQUEST_ENTITY_TOO_LARGE) {
    return refuse(r, {413, "too_large", "The message is longer than WebSocketMaxMessageSize."});
  } else if (status != kOk) {
    return status;
  }
  if (const auto refusal = check_signature(r, keys, body)) return refuse(r, *refusal);
  if (!global_config()->child)
    return refuse(r, {503, "unavailable", "No WebSocketPlugin is at work in this process."});
  const StopLater stop_later;
  return answer(r, std::get<Call>(parsed), body);
}

extern "C" int ws_handle_publish(request_rec* r) {
  if (!r->handler || std::string_view(r->handler) != kHandler) return kDeclined;
  return guarded(r->server, HTTP_INTERNAL_SERVER_ERROR, [r] { return handle(r); });
}

}  // namespace

void register_hooks() { ap_hook_handler(ws_handle_publish, nullptr, nullptr, APR_HOOK_MIDDLE); }

}  // namespace ws::httpd::publishing
