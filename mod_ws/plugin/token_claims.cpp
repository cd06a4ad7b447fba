// What a token says.
#include "plugin/token_claims.h"

#include "plugin/identity_text.h"

namespace ws::plugin {

namespace {

constexpr double kMostSeconds = 1e11;  // the year 5138

// Seconds since 1970 of a NumericDate; unset: there is none. False: it is no such date.
bool read_date(const cJSON& claims, const char* name, std::optional<double>& seconds) {
  const cJSON* const value = member(claims, name);
  if (!value) return true;
  if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0 && value->valuedouble < kMostSeconds))
    return false;
  seconds = value->valuedouble;
  return true;
}

bool is_for(const cJSON* aud, std::string_view audience) {
  if (aud == nullptr) return false;
  if (cJSON_IsString(aud)) return aud->valuestring == audience;
  const cJSON* one = nullptr;
  cJSON_ArrayForEach(one, aud) if (cJSON_IsString(one) && one->valuestring == audience) return true;
  return false;
}

std::string_view read_times(const cJSON& claims, const TokenTerms& terms, int64_t now_ms,
                            int64_t& expires_ms) {
  std::optional<double> expires, begins;
  if (!read_date(claims, "exp", expires)) return "exp is no date";
  if (!read_date(claims, "nbf", begins)) return "nbf is no date";
  const double now = static_cast<double>(now_ms) / 1000;
  constexpr double kLeeway = TokenVerifier::kLeewaySeconds;
  if (begins && *begins > now + kLeeway) return "it is not good yet (nbf)";
  if (!expires) return terms.must_expire ? "it has no end (exp)" : "";
  if (*expires + kLeeway <= now) return "it has expired (exp)";
  // Within the leeway the other clock is taken for late.
  expires_ms = static_cast<int64_t>((*expires > now ? *expires : *expires + kLeeway) * 1000);
  return {};
}

std::string_view read_channels(const cJSON& ws, const char* name,
                               std::optional<channel::ChannelPatterns>& patterns) {
  constexpr std::string_view kFault = "ws.subscribe or ws.publish is no list of channels";
  const cJSON* const list = member(ws, name);
  if (!list) return {};
  if (!cJSON_IsArray(list)) return kFault;
  patterns.emplace();
  const cJSON* one = nullptr;
  cJSON_ArrayForEach(one, list) {
    if (!cJSON_IsString(one) || !patterns->add(one->valuestring)) return kFault;
  }
  return {};
}

std::string_view read_ws(const cJSON& claims, Identity& identity) {
  const cJSON* const ws = member(claims, "ws");
  if (!ws) return {};
  if (!cJSON_IsObject(ws)) return "ws is no object";
  if (const auto fault = read_channels(*ws, "subscribe", identity.rights.subscribe); !fault.empty())
    return fault;
  if (const auto fault = read_channels(*ws, "publish", identity.rights.publish); !fault.empty())
    return fault;
  if (!member(*ws, "data")) return {};
  const auto data = text_member(*ws, "data");
  if (!data || data->size() > kMaxUserData) return "ws.data is no text of at most 4 KiB";
  identity.data = *data;
  return {};
}

// Absent: nothing. False: it is no text, or not a good one.
bool read_text(const cJSON& claims, const char* name, bool (*is_good)(std::string_view) noexcept,
               std::string& to) {
  if (!member(claims, name)) return true;
  const auto text = text_member(claims, name);
  if (!text || !is_good(*text)) return false;
  to = *text;
  return true;
}

}  // namespace

std::string_view read_claims(const cJSON& claims, const TokenTerms& terms, int64_t now_ms,
                             Identity& identity) {
  const cJSON* const aud = member(claims, "aud");
  if (aud && terms.audience.empty()) return "it is for an audience, and none is set here";
  if (!terms.audience.empty() && !is_for(aud, terms.audience)) return "it is for another audience";
  if (const auto fault = read_times(claims, terms, now_ms, identity.rights.expires_ms);
      !fault.empty())
    return fault;
  if (!read_text(claims, "sub", is_user_name, identity.rights.user)) return "sub is no user name";
  if (!read_text(claims, "name", is_display_name, identity.display_name))
    return "name is no display name";
  return read_ws(claims, identity);
}

}  // namespace ws::plugin
