// What an HTTP request asks of the channels.
#include "publish/call.h"

#include <charconv>
#include <limits>

#include "channel/channel_name.h"
#include "channel/own_channel.h"
#include "protocol/utf8.h"

namespace ws::publish {

namespace {

constexpr std::string_view kUsers = "users";
constexpr std::string_view kDisconnect = "disconnect";

struct Parameter {
  std::string name, value;
};

std::optional<unsigned> digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

// As forms encode (WHATWG URL, section 5.1).
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = digit_of(text[i + 1]);
    const auto low = digit_of(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out.push_back(static_cast<char>(*high << 4 | *low));
    i += 2;
  }
  return out;
}

// The next parameter of the query, which loses it. False: it is not encoded as it must be.
bool next_parameter(std::string_view& query, Parameter& parameter) {
  const size_t end = std::min(query.find('&'), query.size());
  const std::string_view text = query.substr(0, end);
  query.remove_prefix(std::min(end + 1, query.size()));
  const size_t equals = std::min(text.find('='), text.size());
  auto name = decoded(text.substr(0, equals));
  auto value = decoded(text.substr(std::min(equals + 1, text.size())));
  if (!name || !value) return false;
  parameter = {std::move(*name), std::move(*value)};
  return true;
}

std::optional<uint32_t> number_of(std::string_view text) noexcept {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Seconds, or with a unit: "90", "500ms", "30s", "15m", "2h", "7d".
std::optional<uint32_t> duration_of(std::string_view text) noexcept {
  struct Unit {
    std::string_view name;
    uint64_t ms;
  };
  constexpr Unit kUnits[] = {{"", 1000},      {"s", 1000},      {"ms", 1},        {"m", 60'000},
                             {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = number_of(text.substr(0, digits));
  if (!number || *number == 0) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (unit.name != text.substr(digits)) continue;
    const uint64_t ms = *number * unit.ms;
    return static_cast<uint32_t>(std::min<uint64_t>(ms, std::numeric_limits<uint32_t>::max()));
  }
  return std::nullopt;
}

Refusal bad_query(std::string message) { return {400, "bad_query", std::move(message)}; }

// An inner Location may have other rules of access: its path says what it is about.
Refusal named_twice() {
  return {400, "bad_query",
          "Channels and users stand in the path, or in the query of the Location itself."};
}

// Reads the query into the call, and on its way the users of it.
std::optional<Refusal> read_query(std::string_view query, Call& call) {
  std::optional<uint32_t> history;
  std::optional<uint32_t> age_ms;
  while (!query.empty()) {
    Parameter parameter;
    if (!next_parameter(query, parameter)) return bad_query("The query is not percent-encoded.");
    const auto& [name, value] = parameter;
    if (name == "channel") {
      call.channels.push_back(value);
    } else if (name == "user") {
      call.users.push_back(value);
    } else if (name == "history") {
      history = number_of(value);
      if (!history) return bad_query("history is a number of messages.");
    } else if (name == "age") {
      age_ms = duration_of(value);
      if (!age_ms) return bad_query("age is a time, such as 90 (seconds), 15m or 2h.");
    } else if (name == "prefix") {
      call.prefix = value;
    } else if (name == "after") {
      call.after = value;
    } else if (name == "limit") {
      const auto limit = number_of(value);
      if (!limit || *limit == 0 || *limit > kMaxListed)
        return bad_query("limit is a number from 1 to 1000.");
      call.limit = *limit;
    } else if (name == "compress") {
      if (value != "yes" && value != "no") return bad_query("compress is yes or no.");
      call.may_compress = value == "yes";
    } else if (!name.empty() || !value.empty()) {
      return bad_query("The query has an unknown parameter.");
    }
    if (call.channels.size() + call.users.size() > kMaxChannels)
      return Refusal{413, "too_many_channels", "One call has at most 100 channels."};
  }
  if (age_ms && !history) return bad_query("age says how long history is kept: it needs history.");
  if (history) call.keep = channel::Keep{*history, age_ms.value_or(0)};
  return std::nullopt;
}

// users/NAME and what follows.
std::optional<Refusal> read_user_path(std::string_view path, Call& call) {
  path.remove_prefix(std::min(kUsers.size() + 1, path.size()));
  const bool is_in_query = !call.users.empty();
  if (path == kDisconnect && is_in_query) {
    call.kind = Call::Kind::disconnect;
    return std::nullopt;
  }
  if (path.size() > kDisconnect.size() + 1 && path.ends_with(kDisconnect) &&
      path[path.size() - kDisconnect.size() - 1] == '/') {
    call.kind = Call::Kind::disconnect;
    path.remove_suffix(kDisconnect.size() + 1);
  }
  if (is_in_query != path.empty()) return named_twice();
  if (path.find('/') != path.npos)
    return Refusal{400, "bad_user", "A name with a slash goes into the query: users?user=NAME."};
  if (!is_in_query) call.users.emplace_back(path);
  return std::nullopt;
}

std::optional<Refusal> check_names(const Call& call) {
  for (const std::string& user : call.users)
    if (user.empty() || user.find('\0') != std::string::npos || !protocol::is_valid_utf8(user))
      return Refusal{400, "bad_user", "A user's name is UTF-8, and not empty."};
  for (const std::string& name : call.channels)
    if (!channel::is_valid_name(name))
      return Refusal{400, "bad_channel",
                     "A channel's name is 1 to 255 bytes of UTF-8 without blanks and controls."};
  return std::nullopt;
}

Refusal wrong_method() {
  return {405, "method_not_allowed", "Use GET, POST or DELETE on a channel, POST to disconnect."};
}

}  // namespace

std::variant<Call, Refusal> parse_call(std::string_view method, std::string_view path,
                                       std::string_view query) {
  Call call;
  if (auto refusal = read_query(query, call)) return *refusal;
  const bool is_of_users = path == kUsers || path.starts_with("users/");
  if (is_of_users) {
    if (!call.channels.empty()) return named_twice();
    if (path.size() <= kUsers.size() + 1 && call.users.empty())
      return Refusal{400, "bad_user", "No user is named."};
    if (auto refusal = read_user_path(path, call)) return *refusal;
  } else if (!path.empty()) {
    if (!call.channels.empty() || !call.users.empty()) return named_twice();
    call.channels.emplace_back(path);
  }
  if (call.kind != Call::Kind::disconnect)
    for (const std::string& user : call.users) call.channels.push_back(channel::own_channel(user));
  if (auto refusal = check_names(call)) return *refusal;

  if (method == "POST") {
    if (call.kind == Call::Kind::publish && call.channels.empty())
      return Refusal{400, "bad_channel", "No channel is named."};
    return call;
  }
  if (call.kind == Call::Kind::disconnect) return wrong_method();
  if (call.channels.size() > 1)
    return Refusal{400, "bad_channel", "This asks for one channel at a time."};
  if (method == "GET" || method == "HEAD") {
    call.kind = call.channels.empty() ? Call::Kind::list : Call::Kind::describe;
    return call;
  }
  if (method != "DELETE") return wrong_method();
  if (call.channels.empty()) return Refusal{400, "bad_channel", "No channel is named."};
  call.kind = Call::Kind::clear;
  return call;
}

}  // namespace ws::publish
