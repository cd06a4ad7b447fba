// Settings that keep the client light: large reads, buffers given back when idle.
#include "tls_client.h"

#include <openssl/err.h>

namespace bench {

TlsContext make_client_context() {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* raw = context.get();
  const bool fine = raw != nullptr && SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) == 1 &&
                    SSL_CTX_set_ciphersuites(raw, "TLS_AES_128_GCM_SHA256") == 1 &&
                    SSL_CTX_set1_groups_list(raw, "X25519") == 1;
  if (!fine) {
    ERR_print_errors_fp(stderr);
    return nullptr;
  }
  constexpr size_t kReadAhead = size_t{128} * 1024;
  SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_default_read_buffer_len(raw, kReadAhead);
  return context;
}

TlsSession make_client_session(SSL_CTX* context, int fd) {
  TlsSession session(SSL_new(context));
  if (session == nullptr || SSL_set_fd(session.get(), fd) != 1) return nullptr;
  SSL_set_quiet_shutdown(session.get(), 1);
  SSL_set_connect_state(session.get());
  return session;
}

}  // namespace bench
