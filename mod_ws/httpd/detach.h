// How a connection leaves httpd: its socket and its TLS session go to an event loop, and
// the worker is free again. The one place that knows the insides of httpd and mod_ssl.
//
// The order of the steps and the reasons for it: mod_ws/docs/decisions/0001-detach.md.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "httpd/httpd_headers.h"
#include "session/session.h"

namespace ws::httpd {

// One per child process.
class Detacher {
 public:
  // Takes a detached connection over: [worker]. It must point the SSL at a loop before it
  // returns (net::TlsIo::attach), for what the SSL has then is gone afterwards.
  using Adopt = std::function<void(session::SessionStart)>;

  explicit Detacher(Adopt adopt);
  ~Detacher();
  Detacher(const Detacher&) = delete;
  Detacher& operator=(const Detacher&) = delete;

  // [main] The hooks that follow each connection from its beginning to its end.
  static void register_hooks();

  // [worker] Why this connection can't leave httpd: for the log. Null when it can.
  [[nodiscard]] static const char* obstacle(request_rec* r);

  struct Header {
    const char* name;
    const char* value;
  };

  // [worker] Answers 101 with these headers and prepares the connection to leave once
  // httpd closes it. `start` has settings, request, user and address; the rest is filled
  // in here. False: nothing was sent, for want of descriptors or memory. True also when the
  // client went away meanwhile.
  [[nodiscard]] bool upgrade(request_rec* r, std::span<const Header> headers,
                             session::SessionStart start);

  // [worker] From the connection's last cleanup, when httpd and mod_ssl have let go; with stops put
  // off (StopLater).
  void take_over(session::SessionStart start) noexcept;

 private:
  void untie(SSL* ssl) noexcept;

  Adopt adopt_;
  SSL_CTX* context_;  // without a callback of mod_ssl's
  // A socket on which nothing ever comes: httpd reads from it when only what it already has
  // is wanted.
  base::UniqueFd idle_;
  base::UniqueFd idle_peer_;
};

}  // namespace ws::httpd
