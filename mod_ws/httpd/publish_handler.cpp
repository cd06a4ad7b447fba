// Requests to a Location with SetHandler websocket-publish.
#include "httpd/publish_handler.h"

#include <ap_expr.h>
#include <openssl/evp.h>

#include <algorithm>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "channel/channel_name.h"
#include "channel/close_order.h"
#include "httpd/child.h"
#include "httpd/configuration.h"
#include "httpd/guard.h"
#include "httpd/request_body.h"
#include "httpd/stop_later.h"
#include "plugin/user_channel.h"
#include "publish/answer.h"
#include "publish/call.h"
#include "publish/content.h"
#include "publish/keys.h"

namespace ws::httpd::publishing {

namespace {

using channel::BusStatus;
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
  ap_set_content_length(r, static_cast<apr_off_t>(json.size()));
  if (!r->header_only) ap_rwrite(json.data(), static_cast<int>(json.size()), r);
  return kOk;
}

// Ends the connection: what is left of the body is not read.
int refuse(request_rec* r, const Refusal& refusal) {
  r->connection->keepalive = AP_CONN_CLOSE;
  if (refusal.status == HTTP_UNAUTHORIZED)
    apr_table_setn(r->err_headers_out, "WWW-Authenticate", "Bearer");
  if (refusal.status == HTTP_METHOD_NOT_ALLOWED)
    apr_table_setn(r->err_headers_out, "Allow", "GET, POST, DELETE");
  if (refusal.status == HTTP_SERVICE_UNAVAILABLE)
    apr_table_setn(r->err_headers_out, "Retry-After", "1");
  const int level = refusal.status >= 500 ? APLOG_WARNING : APLOG_INFO;
  ap_log_rerror(APLOG_MARK, level, 0, r, "publish refused with %d: %s", refusal.status,
                refusal.message.c_str());
  return send(r, refusal.status, publish::error_answer(refusal.error, refusal.message));
}

int refuse(request_rec* r, BusStatus status) {
  switch (status) {
    case BusStatus::full:
      return refuse(r, {503, "full", "There is no room for another message or channel."});
    case BusStatus::conflict:
      return refuse(r, {422, "key_reused", "This Idempotency-Key was another message's."});
    default:
      return refuse(r, {503, "unavailable", "The channels cannot be used at the moment."});
  }
}

bool sets_handler(request_rec* r, const core_dir_config& section) {
  if (!section.expr_handler) return false;
  const char* error = nullptr;
  const char* const handler = ap_expr_str_exec(r, section.expr_handler, &error);
  return !error && handler && std::string_view(handler) == kHandler;
}

// The Location that says SetHandler websocket-publish: the outermost, for one within it may add
// other rules of access. Null: it has no plain path.
const char* base_of(request_rec* r) {
  const auto* const server =
      static_cast<const core_server_config*>(ap_get_core_module_config(r->server->module_config));
  const auto* const sections = reinterpret_cast<ap_conf_vector_t**>(server->sec_url->elts);
  const std::string_view uri = r->uri;
  const char* base = nullptr;
  for (int i = 0; i < server->sec_url->nelts; ++i) {
    const auto* const section =
        static_cast<const core_dir_config*>(ap_get_core_module_config(sections[i]));
    if (section->r || section->d_is_fnmatch || !sets_handler(r, *section)) continue;
    std::string_view path = section->d;
    if (path.ends_with('/')) path.remove_suffix(1);
    const bool is_in =
        uri.starts_with(path) && (uri.size() == path.size() || uri[path.size()] == '/');
    if (is_in && (!base || path.size() < std::string_view(base).size())) base = section->d;
  }
  return base;
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
  const publish::SignedRequest request{r->method, r->unparsed_uri, body};
  if (keys->accepts(header(r, "X-WebSocket-Signature"), request, apr_time_sec(apr_time_now())))
    return std::nullopt;
  return Refusal{401, "unauthorized", "The signature is wrong, or more than 5 minutes old."};
}

std::array<unsigned char, 32> digest_of(const channel::Submission& submission) {
  std::array<unsigned char, 32> digest{};
  std::string text(1, static_cast<char>(submission.opcode));
  for (const auto& target : submission.targets)
    text.append(target.channel)
        .append(1, '\0')
        .append(target.keep
                    ? std::to_string(target.keep->count) + ' ' + std::to_string(target.keep->age_ms)
                    : "")
        .append(1, '\0');
  text += submission.payload;
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

// One call of one worker.
class Caller {
 public:
  Caller(request_rec* r, const Call& call, channel::Bus& bus)
      : r_(r), call_(call), bus_(bus), namespace_(channel_namespace(r->server)) {}

  int answer(std::string_view body) {
    switch (call_.kind) {
      case Call::Kind::publish:
        return publish(body);
      case Call::Kind::disconnect:
        return disconnect(body);
      case Call::Kind::describe:
        return describe();
      case Call::Kind::list:
        return list();
      case Call::Kind::clear:
        return clear();
    }
    return HTTP_INTERNAL_SERVER_ERROR;
  }

 private:
  [[nodiscard]] std::string full(std::string_view name) const {
    return std::string(channel::FullName(namespace_, name));
  }

  int publish(std::string_view body) {
    const auto opcode =
        publish::opcode_of(header(r_, "Content-Type"), header(r_, "Content-Encoding"));
    if (const auto* const refusal = std::get_if<Refusal>(&opcode)) return refuse(r_, *refusal);
    channel::Submission submission;
    submission.opcode = std::get<protocol::Opcode>(opcode);
    if (const auto refusal = publish::check_body(submission.opcode, body))
      return refuse(r_, *refusal);
    submission.payload = body;
    for (const std::string& name : call_.channels)
      submission.targets.push_back({full(name), call_.keep});
    if (const char* const key = apr_table_get(r_->headers_in, "Idempotency-Key")) {
      if (!is_key(key))
        return refuse(r_, {400, "bad_key", "An Idempotency-Key is 1 to 255 characters of ASCII."});
      submission.key = std::string(namespace_) + '\n' + key;
      submission.digest = digest_of(submission);
    }
    const channel::Receipt receipt = bus_.submit(submission, kPatienceMs);
    if (receipt.status != BusStatus::ok) return refuse(r_, receipt.status);
    if (receipt.is_replay) apr_table_setn(r_->headers_out, "Idempotent-Replayed", "true");
    return send(r_, HTTP_OK, publish::published_answer(call_.channels, receipt));
  }

  static bool is_key(std::string_view key) noexcept {
    return !key.empty() && key.size() <= kMaxKey &&
           std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7f'; });
  }

  // At each Location that has a plugin: they keep their users apart.
  int disconnect(std::string_view body) {
    const auto farewell = publish::parse_farewell(body);
    if (const auto* const refusal = std::get_if<Refusal>(&farewell)) return refuse(r_, *refusal);
    const auto& [code, reason] = std::get<publish::Farewell>(farewell);
    std::set<std::string_view> locations;
    for (const PluginBinding* one = global_config()->bindings; one; one = one->next)
      locations.insert(one->location);
    for (const std::string& user : call_.users)
      for (const std::string_view location : locations) {
        const BusStatus status = bus_.control(plugin::user_channel(namespace_, location, user),
                                              channel::encode_close(code, reason));
        if (status != BusStatus::ok) return refuse(r_, status);
      }
    return send(r_, HTTP_OK, publish::disconnected_answer(call_.users));
  }

  int describe() {
    const std::string name = full(call_.channels.front());
    channel::ChannelFacts facts;
    std::vector<channel::Member> members;
    BusStatus status = bus_.describe(name, facts);
    if (status == BusStatus::ok) status = bus_.members(name, members);
    if (status != BusStatus::ok) return refuse(r_, status);
    return send(r_, HTTP_OK, publish::channel_answer(call_.channels.front(), facts, members));
  }

  int list() {
    std::vector<channel::ChannelFacts> channels;
    const std::string all = std::string(namespace_) + '\n';
    const std::string after = call_.after.empty() ? std::string() : all + call_.after;
    const BusStatus status = bus_.list(all + call_.prefix, after, call_.limit, channels);
    if (status != BusStatus::ok) return refuse(r_, status);
    std::string_view next;
    if (channels.size() == call_.limit)
      next = std::string_view(channels.back().channel).substr(all.size());
    return send(r_, HTTP_OK, publish::list_answer(channels, next));
  }

  int clear() {
    const channel::Cleared cleared = bus_.clear(full(call_.channels.front()), kPatienceMs);
    if (cleared.status != BusStatus::ok) return refuse(r_, cleared.status);
    return send(r_, HTTP_OK, publish::cleared_answer(call_.channels.front(), cleared));
  }

  request_rec* r_;
  const Call& call_;
  channel::Bus& bus_;
  const char* namespace_;
};

int handle(request_rec* r) {
  const DirectoryConfig* const config = directory_config(r->per_dir_config);
  const publish::Keys* const keys = config ? config->publish_keys : nullptr;
  if (const auto refusal = check_caller(r, keys)) return refuse(r, *refusal);
  const char* const base = base_of(r);
  if (!base) {
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                  "SetHandler %s needs a <Location> with a plain path around it", kHandler);
    return HTTP_INTERNAL_SERVER_ERROR;
  }
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
  return Caller(r, std::get<Call>(parsed), global_config()->child->bus()).answer(body);
}

extern "C" int ws_handle_publish(request_rec* r) {
  if (!r->handler || std::string_view(r->handler) != kHandler) return kDeclined;
  return guarded(r->server, HTTP_INTERNAL_SERVER_ERROR, [r] { return handle(r); });
}

}  // namespace

void register_hooks() { ap_hook_handler(ws_handle_publish, nullptr, nullptr, APR_HOOK_MIDDLE); }

}  // namespace ws::httpd::publishing
