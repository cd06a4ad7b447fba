// Who a visitor is, as a page of the same site says.
#include "httpd/authorize.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "httpd/child.h"
#include "httpd/refusal.h"
#include "httpd/subrequest.h"
#include "plugin/identity_text.h"

namespace ws::httpd {

namespace {

constexpr int64_t kDefaultTimeoutMs = 5'000;
constexpr int64_t kMostSeconds = int64_t{10} * 366 * 24 * 3600;

using Patterns = std::optional<channel::ChannelPatterns>;

// What is wrong with the answer; empty: nothing.
std::string_view read_patterns(const Subrequest& answer, const char* name, Patterns& patterns) {
  const char* const list = answer.header(name);
  if (!list) return {};
  patterns = channel::ChannelPatterns::parse(list);
  return patterns ? std::string_view() : std::string_view(name);
}

std::string_view read_expiry(const Subrequest& answer, int64_t& expires_ms) {
  constexpr const char* kName = "WebSocket-Expires";
  const char* const text = answer.header(kName);
  if (!text || *text == '\0') return {};
  const std::string_view digits = text;
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text, text + digits.size(), seconds);
  if (error != std::errc() || *end != '\0' || seconds < 1 || seconds > kMostSeconds) return kName;
  expires_ms = base::unix_time_ms() + seconds * 1000;
  return {};
}

std::string_view read_identity(const Subrequest& answer, plugin::Identity& identity) {
  const auto text_of = [&](const char* name) -> std::string_view {
    const char* const value = answer.header(name);
    return value ? value : "";
  };
  identity.rights.user = text_of("WebSocket-User");
  if (!plugin::is_user_name(identity.rights.user)) return "WebSocket-User";
  identity.display_name = plugin::percent_decoded(text_of("WebSocket-Name"));
  if (!plugin::is_display_name(identity.display_name)) return "WebSocket-Name";
  identity.data = text_of("WebSocket-Data");
  if (identity.data.size() > plugin::kMaxUserData) return "WebSocket-Data";
  for (const auto& [name, patterns] : {std::pair{"WebSocket-Subscribe", &identity.rights.subscribe},
                                       std::pair{"WebSocket-Publish", &identity.rights.publish}})
    if (const auto fault = read_patterns(answer, name, *patterns); !fault.empty()) return fault;
  return read_expiry(answer, identity.rights.expires_ms);
}

// What a status that is not 2xx means for the client: nothing is left of the page itself.
int refuse_as(request_rec* r, const char* uri, const Subrequest& answer) {
  const int status = answer.status();
  const std::string cause =
      "WebSocketAuthorize " + std::string(uri) + " answered " + std::to_string(status);
  if (status >= 300 && status < 400) return refuse(r, HTTP_UNAUTHORIZED, cause);
  if (status == HTTP_SERVICE_UNAVAILABLE) return refuse_for_now(r, cause, base::LogLevel::error);
  if (const char* const challenge = answer.header("WWW-Authenticate");
      challenge && status == HTTP_UNAUTHORIZED)
    apr_table_set(r->err_headers_out, "WWW-Authenticate", challenge);
  // A page that is not there, or fails, is something for whoever runs the site.
  const bool is_faulty = status == HTTP_NOT_FOUND || status >= 500;
  return refuse(r, status >= 400 ? status : HTTP_INTERNAL_SERVER_ERROR, cause, {},
                is_faulty ? base::LogLevel::error : base::LogLevel::info);
}

}  // namespace

int authorize(request_rec* r, const DirectoryConfig& config, Authorized& found) {
  const char* const uri = config.authorize;
  if (!uri) return kOk;
  const int64_t timeout_ms =
      config.authorize_timeout_ms == kUnset ? kDefaultTimeoutMs : config.authorize_timeout_ms;
  const Subrequest answer(
      r, uri, global_config()->child->timed_servers().with_timeout(r->server, timeout_ms));
  if (answer.status() < 200 || answer.status() > 299) return refuse_as(r, uri, answer);
  if (const auto fault = read_identity(answer, found.identity); !fault.empty())
    return refuse(r, HTTP_INTERNAL_SERVER_ERROR,
                  "WebSocketAuthorize " + std::string(uri) + ": no valid " + std::string(fault), {},
                  base::LogLevel::error);
  if (config.authorize_required && found.identity.rights.user.empty())
    return refuse(r, HTTP_UNAUTHORIZED,
                  "WebSocketAuthorize " + std::string(uri) + " names no user, and one is required");
  answer.for_each("Set-Cookie",
                  [&](const char* value) { found.headers.emplace_back("Set-Cookie", value); });
  return kOk;
}

}  // namespace ws::httpd
