// The loop of bench_limit: one epoll, one thread, connections found by their descriptor.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace limit {

struct Deleter {
  void operator()(SSL* session) const { SSL_free(session); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, Deleter>;

// TLS 1.3 with the files' certificate and key (PEM); null when they do not fit.
Context make_context(const char* certificate, const char* key);

class Server {
 public:
  // On 127.0.0.1. `context` null: no TLS.
  Server(uint16_t port, Context context);
  [[nodiscard]] bool good() const { return listener_ >= 0 && epoll_ >= 0; }
  [[noreturn]] void run();

 private:
  enum class Role : uint8_t { kAsking, kEcho, kSubscriber, kPublisher };
  struct Connection {
    std::unique_ptr<SSL, Deleter> tls;
    std::string unsent;  // a socket that is full; reading stops meanwhile
    Role role = Role::kAsking;
  };

  void accept_all();
  void serve(int fd, uint32_t events);
  void take(int fd, std::string_view bytes);
  void answer(int fd, std::string_view request);
  long read(int fd);  // into the buffer; -1: nothing now, 0: the end
  size_t write(int fd, std::string_view bytes);
  void send(int fd, std::string_view bytes);
  void flush(int fd);
  void close(int fd);
  void watch(int operation, int fd, uint32_t events);

  Context context_;
  int epoll_ = -1;
  int listener_ = -1;
  std::vector<Connection> connections_;  // by descriptor
  std::vector<int> subscribers_;
};

}  // namespace limit
