// A handshake request as plugins see it.
#include "plugin/stored_request.h"

#include <strings.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "plugin/bytes.h"

namespace ws::plugin {

namespace {

bool is_cookie(std::string_view name) noexcept {
  constexpr std::string_view kCookie = "cookie";
  return name.size() == kCookie.size() &&
         strncasecmp(name.data(), kCookie.data(), kCookie.size()) == 0;
}

std::string_view trim(std::string_view text) noexcept {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Whether a cookie begins here: NAME=.
bool begins_cookie(std::string_view text) noexcept {
  const size_t name = text.find_first_of("=;, \t\"");
  return name != 0 && name < text.size() && text[name] == '=';
}

// Where the first pair ends. httpd joins several Cookie lines (RFC 9113, section 8.2.3, allows
// them) with ", ", which no cookie's value may hold, though some do.
size_t end_of_pair(std::string_view header) noexcept {
  for (size_t i = 0; i < header.size(); ++i) {
    if (header[i] == ';') return i;
    if (header[i] == ',' && begins_cookie(trim(header.substr(i + 1)))) return i;
  }
  return header.size();
}

// Calls f(name, value) for each pair of a Cookie header (RFC 6265, section 5.4).
template <class F>
void for_each_cookie(std::string_view header, F f) {
  while (!header.empty()) {
    const size_t end = end_of_pair(header);
    const std::string_view pair = trim(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = trim(pair.substr(0, equals));
    if (!name.empty()) f(name, trim(pair.substr(equals + 1)));
  }
}

}  // namespace

StoredRequest::StoredRequest(RequestParts parts) : identity_(std::move(parts.identity)) {
  size_t size = parts.path.size() + parts.query.size() + parts.remote_ip.size() + parts.host.size();
  size_t count = parts.headers.size() + parts.environment.size();
  for (const auto& [name, value] : parts.environment) size += name.size() + value.size();
  for (const auto& [name, value] : parts.headers) {
    size += name.size() + value.size();
    if (!is_cookie(name)) continue;
    size += value.size();
    for_each_cookie(value, [&count](auto, auto) { ++count; });
  }
  bytes_ = std::make_unique_for_overwrite<char[]>(size);
  end_ = bytes_.get();
  pairs_ = std::make_unique_for_overwrite<wsp_pair[]>(count);

  wsp_pair* pair = pairs_.get();
  request_.struct_size = sizeof request_;
  request_.headers = pair;
  request_.header_count = static_cast<uint32_t>(parts.headers.size());
  for (const auto& [name, value] : parts.headers) *pair++ = {keep(name), keep(value)};
  request_.cookies = pair;
  for (const auto& [name, value] : parts.headers)
    if (is_cookie(name))
      for_each_cookie(value, [&](auto key, auto content) { *pair++ = {keep(key), keep(content)}; });
  request_.cookie_count = static_cast<uint32_t>(pair - request_.cookies);
  request_.environment = pair;
  request_.environment_count = static_cast<uint32_t>(parts.environment.size());
  for (const auto& [name, value] : parts.environment) *pair++ = {keep(name), keep(value)};

  request_.path = keep(parts.path);
  request_.query = keep(parts.query);
  request_.user = lend(identity_.rights.user);
  request_.remote_ip = keep(parts.remote_ip);
  request_.host = keep(parts.host);
  request_.subprotocol = lend("");
  request_.display_name = lend(identity_.display_name);
  request_.user_data = lend(identity_.data);
  request_.expires_ms = identity_.rights.expires_ms;
  request_.is_tls = parts.is_tls ? 1 : 0;
}

wsp_bytes StoredRequest::keep(std::string_view bytes) noexcept {
  char* const begin = end_;
  end_ = std::copy(bytes.begin(), bytes.end(), begin);
  return {begin, bytes.size()};
}

void StoredRequest::set_subprotocol(std::string_view name) {
  subprotocol_ = name;
  request_.subprotocol = lend(subprotocol_);
}

}  // namespace ws::plugin
