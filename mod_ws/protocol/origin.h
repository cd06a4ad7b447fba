// Which web pages may open a connection: the Origin header (RFC 6454, RFC 6455 section 10.2)
// against WebSocketOrigin. It keeps other sites' pages from using a visitor's cookies here; it
// does not tell who a client is, for a program can send any Origin.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ws::protocol {

// scheme://host[:port] taken apart; scheme and host in lower case, the port always explicit
// where the scheme has a default.
struct Origin {
  std::string scheme;
  std::string host;   // a name, an IPv4 address, or an IPv6 address in brackets
  uint16_t port = 0;  // 0: a scheme without default, and none given

  bool operator==(const Origin&) const = default;

  // Nothing if `text` is not exactly that: no path, user, wildcard, space or empty host.
  [[nodiscard]] static std::optional<Origin> parse(std::string_view text);
};

// A value. What it allows is fixed when it is made.
class OriginPolicy {
 public:
  // As without the directive: pages of the same host, and clients that send no Origin.
  OriginPolicy() = default;

  // The arguments of "WebSocketOrigin [required] same|any|ORIGIN...": `same` may stand among
  // origins, `null` is an origin (sandboxed pages). Nothing if one is wrong; then `error` says
  // which and what is possible.
  [[nodiscard]] static std::optional<OriginPolicy> parse(
      std::span<const std::string_view> arguments, std::string& error);

  // `origin`: the header's value, or none. `host`: the Host header, whose port is the scheme's
  // default where it has none. Scheme and host are compared without case, all else exactly; a
  // trailing dot makes another host.
  [[nodiscard]] bool allows(std::optional<std::string_view> origin, bool is_tls,
                            std::string_view host) const;

 private:
  bool required_ = false;
  bool any_ = false;
  bool same_ = true;
  bool null_ = false;
  std::vector<Origin> origins_;
};

}  // namespace ws::protocol
