// A WebSocket that is opened, pinged and closed again, to see how the way there treats it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace ws::ctl {

struct Entrance {
  std::string host;  // to connect to
  uint16_t port = 0;
  bool is_tls = false;
  std::string name;  // for Host, Origin and the certificate
  std::string path;

  bool operator==(const Entrance&) const = default;

  // wss://example.org/ws/chat
  [[nodiscard]] std::string url() const;
  // Of its own pages: https://example.org
  [[nodiscard]] std::string origin() const;
  // ws://, wss://, http:// and https://; nothing: it is not one.
  [[nodiscard]] static std::optional<Entrance> parse(const std::string& url);
};

struct Knock {
  std::string error;      // no HTTP answer came; empty: one came
  std::string tls_error;  // the certificate is not good for the name; empty: it is, or no TLS
  std::optional<int> certificate_days;  // until it ends
  int status = 0;
  std::string headers;    // as they came, and the beginning of the page
  bool has_pong = false;  // after 101: frames go through, both ways
};

struct KnockOptions {
  std::string ca_file;  // empty: the system's
  uint32_t timeout_ms = 10'000;
};

// origin: empty: none is sent.
[[nodiscard]] Knock knock(const Entrance& entrance, const std::string& origin,
                          const KnockOptions& options);

}  // namespace ws::ctl
