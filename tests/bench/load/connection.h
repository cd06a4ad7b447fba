// One client connection: TCP connect, TLS, the opening handshake, then bytes. It holds no output:
// what the socket does not take stays with its user. Not for several threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tls_client.h"

namespace bench {

class Connection;

// Whoever drives connections. Each call may close the connection, not destroy it.
class ConnectionUser {
 public:
  virtual ~ConnectionUser() = default;
  virtual void on_open(Connection&) = 0;  // the server answered as wanted
  // `bytes` are valid during the call only.
  virtual void on_bytes(Connection&, std::string_view bytes) = 0;
  virtual void on_writable(Connection&) = 0;  // after want_writable(true), at each chance
  virtual void on_failure(Connection&, std::string_view what) = 0;  // it is closed already
};

// What to ask of the server: an upgrade to WebSocket, or a page.
struct Target {
  uint16_t port = 0;
  SSL_CTX* tls = nullptr;  // borrowed; null for none
  bool upgrade = true;     // else a page, open when it has been received
  int receive_buffer = 0;  // SO_RCVBUF in bytes; 0 leaves it to the kernel
};

class Connection {
 public:
  Connection(int epoll, ConnectionUser& user, size_t number)
      : epoll_(epoll), user_(user), number_(number) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Connects to 127.0.0.1 and asks for `path`. On failure on_failure() is called within.
  void open(const Target& target, std::string_view path);
  // The same with a request of the caller's own, whole or not.
  void open_with(const Target& target, std::string request);

  // Resets the connection, so that no port waits in TIME_WAIT. Closing twice is fine.
  void close();

  // What epoll reported.
  void on_events(uint32_t events);

  // How much the socket took; nullopt when the connection is broken.
  [[nodiscard]] std::optional<size_t> write(std::string_view bytes);
  void want_writable(bool wanted);
  // Whether what comes in is read at all; at first it is.
  void want_readable(bool wanted);

  [[nodiscard]] size_t number() const { return number_; }
  [[nodiscard]] bool is_open() const { return state_ == State::kOpen; }
  [[nodiscard]] bool is_closed() const { return state_ == State::kClosed; }
  // The head of the server's answer; valid within on_open().
  [[nodiscard]] std::string_view answer_head() const { return answer_head_; }

 private:
  enum class State : uint8_t {
    kClosed,
    kConnecting,  // TCP
    kSecuring,    // TLS handshake
    kAsking,      // the request goes out and the answer comes in
    kOpen,
  };

  void advance();  // from kConnecting or kSecuring as far as it goes
  void ask();
  void take_answer(std::string_view bytes);
  void receive();
  // -1: nothing now, 0: the end.
  long read(char* buffer, size_t size);
  void fail(std::string_view what);
  void watch_again();

  const int epoll_;
  ConnectionUser& user_;
  const size_t number_;
  int fd_ = -1;
  State state_ = State::kClosed;
  bool writable_wanted_ = false;
  bool readable_wanted_ = true;
  Target target_;
  TlsSession tls_;
  std::string request_;  // what is left to send of it
  std::string answer_;
  std::string_view answer_head_;
};

}  // namespace bench
