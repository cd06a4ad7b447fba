// The client's TLS: 1.3, AES-128-GCM and X25519, no tickets used, no certificate checked.
#pragma once

#include <openssl/ssl.h>

#include <memory>

namespace bench {

struct TlsDeleter {
  void operator()(SSL* session) const { SSL_free(session); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsSession = std::unique_ptr<SSL, TlsDeleter>;
using TlsContext = std::unique_ptr<SSL_CTX, TlsDeleter>;

// Null when OpenSSL refuses, which it prints on stderr.
TlsContext make_client_context();

// A session of `context` on the socket `fd`, which stays the caller's.
TlsSession make_client_session(SSL_CTX* context, int fd);

}  // namespace bench
