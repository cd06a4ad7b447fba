// wsp/request.hpp - the handshake: Request (what the client asked) and Answer (what it gets).
// Both are borrowed: valid until the callback returns. Copy what you keep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wsp/types.hpp"

namespace wsp {

namespace detail {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool same_name(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

}  // namespace detail

// application/x-www-form-urlencoded: "a+b%21" is "a b!". What is no escape stays as it is.
inline std::string decode_form(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '%' && i + 2 < raw.size()) {
      const int high = detail::hex_digit(raw[i + 1]), low = detail::hex_digit(raw[i + 2]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    out.push_back(raw[i] == '+' ? ' ' : raw[i]);
  }
  return out;
}

// The handshake request, after rewrite, authentication and Require.
class Request {
 public:
  explicit Request(const wsp_request& r) noexcept : r_(r) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  std::string_view path() const noexcept { return view(r_.path); }    // decoded, without query
  std::string_view query() const noexcept { return view(r_.query); }  // raw, without '?'
  std::string_view user() const noexcept { return view(r_.user); }    // empty: nobody
  std::string_view remote_ip() const noexcept { return view(r_.remote_ip); }
  std::string_view host() const noexcept { return view(r_.host); }  // without port
  std::string_view subprotocol() const noexcept { return view(r_.subprotocol); }
  bool is_tls() const noexcept { return r_.is_tls != 0; }

  // What WebSocketAuthorize or WebSocketToken brought; empty on a host of ABI 1.1.
  std::string_view display_name() const noexcept {  // of the user, for people
    return has_identity() ? view(r_.display_name) : std::string_view{};
  }
  std::string_view user_data() const noexcept {  // for the plugin, as the site gave it
    return has_identity() ? view(r_.user_data) : std::string_view{};
  }
  // The session then ends with 4401: milliseconds since 1970, UTC; 0: never.
  int64_t expires_ms() const noexcept { return has_identity() ? r_.expires_ms : 0; }

  // Headers: in the order received; their names' case does not matter.
  std::span<const wsp_pair> headers() const noexcept { return {r_.headers, r_.header_count}; }
  // The first of this name; empty when there is none.
  std::string_view header(std::string_view name) const noexcept {
    return find(headers(), name, detail::same_name).value_or(std::string_view{});
  }
  bool has_header(std::string_view name) const noexcept {
    return find(headers(), name, detail::same_name).has_value();
  }
  // All of this name.
  std::vector<std::string_view> headers(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const wsp_pair& pair : headers())
      if (detail::same_name(view(pair.name), name)) values.push_back(view(pair.value));
    return values;
  }

  // Cookies: values as sent. nullopt: the client sent none of this name.
  std::span<const wsp_pair> cookies() const noexcept { return {r_.cookies, r_.cookie_count}; }
  std::optional<std::string_view> cookie(std::string_view name) const noexcept {
    return find(cookies(), name, same);
  }

  // httpd's environment: SetEnv, SSL_...; empty when there is none of this name.
  std::span<const wsp_pair> environment() const noexcept {
    return {r_.environment, r_.environment_count};
  }
  std::string_view environment(std::string_view name) const noexcept {
    return find(environment(), name, same).value_or(std::string_view{});
  }

  // The first parameter of this name in the query, decoded: "b c" for a in "?x=1&a=b+c".
  // A name without '=' gives an empty text, a missing one nullopt.
  std::optional<std::string> query_parameter(std::string_view name) const {
    std::string_view rest = query();
    while (!rest.empty()) {
      const std::string_view part = rest.substr(0, rest.find('&'));
      rest.remove_prefix(part.size() < rest.size() ? part.size() + 1 : rest.size());
      const size_t equals = part.find('=');
      if (part.empty() || decode_form(part.substr(0, equals)) != name) continue;
      return equals == part.npos ? std::string() : decode_form(part.substr(equals + 1));
    }
    return std::nullopt;
  }

  const wsp_request& raw() const noexcept { return r_; }

 private:
  bool has_identity() const noexcept {
    return r_.struct_size >= offsetof(wsp_request, expires_ms) + sizeof r_.expires_ms;
  }
  static constexpr bool same(std::string_view a, std::string_view b) noexcept { return a == b; }

  template <class Same>
  static std::optional<std::string_view> find(std::span<const wsp_pair> pairs,
                                              std::string_view name, Same same_name) noexcept {
    for (const wsp_pair& pair : pairs)
      if (same_name(view(pair.name), name)) return view(pair.value);
    return std::nullopt;
  }

  const wsp_request& r_;
};

// The answer to a handshake: 101, unless refuse() says otherwise. What breaks HTTP's rules
// gives Status::invalid, and the client then gets 500.
class Answer {
 public:
  explicit Answer(wsp_answer& a) noexcept : a_(a) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  // One more header on the 101 answer; not one of the handshake's own.
  Status add_header(std::string_view name, std::string_view value) noexcept {
    return Status{a_.add_header(&a_, bytes(name), bytes(value))};
  }
  // One that the client offered, instead of the host's choice; empty: none.
  Status select_subprotocol(std::string_view name) noexcept {
    return Status{a_.select_subprotocol(&a_, bytes(name))};
  }
  // Ends the handshake with this status (400 to 599) and this plain text as its page.
  Status refuse(uint16_t http_status, std::string_view text = {}) noexcept {
    refused_ = true;
    return Status{a_.refuse(&a_, http_status, bytes(text))};
  }
  bool refused() const noexcept { return refused_; }

 private:
  wsp_answer& a_;
  bool refused_ = false;
};

}  // namespace wsp
