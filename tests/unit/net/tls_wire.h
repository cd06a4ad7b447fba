// A TLS client in memory, for the server's SSL of a test.
#pragma once

#include <openssl/ssl.h>

#include <string>
#include <string_view>

#include "net/tls_io.h"

namespace ws::net::test {

// Does the handshake in memory. version: TLS1_2_VERSION or TLS1_3_VERSION.
class TlsPair {
 public:
  explicit TlsPair(int version);
  ~TlsPair();
  TlsPair(const TlsPair&) = delete;
  TlsPair& operator=(const TlsPair&) = delete;

  // The server's end after the handshake, once.
  [[nodiscard]] SslPtr server() { return std::move(server_); }

  // Records that the client makes.
  std::string seal(std::string_view plaintext);
  std::string key_update(bool wants_one_too);
  std::string close_notify();
  // What the client reads from these records of the server.
  std::string open(std::string_view sealed);
  // After open(): the server said close_notify.
  [[nodiscard]] bool at_end() const { return at_end_; }
  // What the client must answer, such as the KeyUpdate that the server asked for.
  std::string answer();

 private:
  SSL_CTX* server_context_;
  SSL_CTX* client_context_;
  SslPtr server_;
  SSL* client_;
  BIO* to_client_ = nullptr;    // the client's; it reads here
  BIO* from_client_ = nullptr;  // the client's; it writes here
  bool at_end_ = false;
};

}  // namespace ws::net::test
