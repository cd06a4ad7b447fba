// A connection on a loop and the other end of its socket.
#include "wire.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>

#include <CppUTest/TestHarness.h>

namespace ws::net::test {

namespace {
constexpr int kEnoughTurns = 5;
}

size_t TestConnection::on_input(std::span<char> bytes) {
  const std::string_view text(bytes.data(), bytes.size());
  const size_t taken = when_input ? when_input(text) : text.size();
  if (taken > 0) add("in(" + std::string(text.substr(0, taken)) + ")");
  return taken;
}

void TestConnection::on_drained() {
  if (says_when_drained) add("drained");
  if (when_drained) when_drained();
}

Wire::Wire(SslPtr ssl) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) std::abort();
  server_fd_ = pair[0];
  peer.reset(pair[1]);
  loop.run_once(0);
  if (ssl) loop.tls().attach(ssl.get());
  connection = std::make_unique<TestConnection>(loop, base::UniqueFd(pair[0]), std::move(ssl));
}

Wire::~Wire() {
  if (!connection->is_closed()) connection->close_socket(false);
  loop.retire(std::move(connection));
  loop.run_once(0);
}

void Wire::turn() {
  for (int i = 0; i < kEnoughTurns; ++i) loop.run_once(0);
}

void Wire::send(std::string_view bytes) {
  const ssize_t sent = ::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  CHECK_EQUAL(static_cast<ssize_t>(bytes.size()), sent);
  turn();
}

std::string Wire::received() {
  std::string all;
  char buffer[65536];
  for (int quiet = 0; quiet < 3;) {
    loop.run_once(0);
    const ssize_t got = ::recv(peer.get(), buffer, sizeof buffer, 0);
    if (got > 0) {
      all.append(buffer, static_cast<size_t>(got));
      quiet = 0;
      continue;
    }
    if (got == 0 || errno != EAGAIN) {
      peer_at_end = true;
      break;
    }
    ++quiet;
  }
  return all;
}

void Wire::shrink() const {
  const int size = 4096;
  ::setsockopt(server_fd_, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

void Wire::shut_down() const { ::shutdown(peer.get(), SHUT_WR); }

}  // namespace ws::net::test
