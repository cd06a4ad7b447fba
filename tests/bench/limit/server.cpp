// recv, send, and a share of an epoll_wait for each echo; one send a subscriber for each read of
// the publisher's socket.
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace limit {
namespace {

std::array<char, size_t{512} * 1024> buffer;

// For the one Sec-WebSocket-Key that the load generator sends.
constexpr std::string_view kAnswer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: HSmrc0sMlYUkAGmm5OPpG2HaGWk=\r\n\r\n";

int listen_on(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return -1;
  return listen(fd, SOMAXCONN) == 0 ? fd : -1;
}

}  // namespace

Context make_context(const char* certificate, const char* key) {
  Context context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* raw = context.get();
  if (raw == nullptr || SSL_CTX_use_certificate_chain_file(raw, certificate) != 1 ||
      SSL_CTX_use_PrivateKey_file(raw, key, SSL_FILETYPE_PEM) != 1)
    return nullptr;
  SSL_CTX_set_read_ahead(raw, 1);  // one recv for several records
  SSL_CTX_set_default_read_buffer_len(raw, size_t{64} * 1024);
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  return context;
}

Server::Server(uint16_t port, Context context)
    : context_(std::move(context)), epoll_(epoll_create1(0)), listener_(listen_on(port)) {
  if (good()) watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
}

void Server::run() {
  std::array<epoll_event, 1024> events;
  for (;;) {
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<size_t>(i)];
      if (event.data.fd == listener_)
        accept_all();
      else
        serve(event.data.fd, event.events);
    }
  }
}

void Server::watch(int operation, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll_, operation, fd, &event);
}

void Server::accept_all() {
  for (int fd; (fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto index = static_cast<size_t>(fd);
    if (index >= connections_.size()) connections_.resize(index + 1);
    connections_[index] = Connection();
    if (context_ != nullptr) {
      SSL* session = SSL_new(context_.get());
      SSL_set_fd(session, fd);
      SSL_set_accept_state(session);
      SSL_set_quiet_shutdown(session, 1);
      connections_[index].tls.reset(session);
    }
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
  }
}

void Server::serve(int fd, uint32_t events) {
  if ((events & EPOLLOUT) != 0) return flush(fd);
  Connection& connection = connections_[static_cast<size_t>(fd)];
  do {
    const long size = read(fd);
    if (size == 0) return close(fd);
    if (size < 0) return;
    take(fd, std::string_view(buffer.data(), static_cast<size_t>(size)));
  } while (connection.tls != nullptr && SSL_has_pending(connection.tls.get()) != 0);
}

void Server::take(int fd, std::string_view bytes) {
  switch (connections_[static_cast<size_t>(fd)].role) {
    case Role::kAsking:
      return answer(fd, bytes);
    case Role::kEcho:
      return send(fd, bytes);
    case Role::kSubscriber:
      return;
    case Role::kPublisher:
      for (const int subscriber : subscribers_) send(subscriber, bytes);
  }
}

// The request comes whole: it is one small segment on the loopback device.
void Server::answer(int fd, std::string_view request) {
  const std::string_view path = request.substr(0, request.find(" HTTP/"));
  Role& role = connections_[static_cast<size_t>(fd)].role;
  role = path == "GET /fanout/subscribe" ? Role::kSubscriber
         : path == "GET /fanout/publish" ? Role::kPublisher
                                         : Role::kEcho;
  if (role == Role::kSubscriber) subscribers_.push_back(fd);
  send(fd, kAnswer);
}

long Server::read(int fd) {
  SSL* tls = connections_[static_cast<size_t>(fd)].tls.get();
  if (tls == nullptr) {
    const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
    return got >= 0 ? got : errno == EAGAIN ? -1 : 0;
  }
  size_t got = 0;
  do {
    const int piece = SSL_read(tls, buffer.data() + got, static_cast<int>(buffer.size() - got));
    if (piece <= 0) {
      const int error = SSL_get_error(tls, piece);
      ERR_clear_error();
      const bool later = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
      return got > 0 ? static_cast<long>(got) : later ? -1 : 0;
    }
    got += static_cast<size_t>(piece);
  } while (got < buffer.size() && SSL_has_pending(tls) != 0);
  return static_cast<long>(got);
}

// What the socket takes now; a broken one shows when it is read.
size_t Server::write(int fd, std::string_view bytes) {
  SSL* tls = connections_[static_cast<size_t>(fd)].tls.get();
  if (tls == nullptr) {
    const ssize_t put = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return put > 0 ? static_cast<size_t>(put) : 0;
  }
  size_t put = 0;
  while (put < bytes.size()) {
    const int piece = SSL_write(tls, bytes.data() + put, static_cast<int>(bytes.size() - put));
    if (piece <= 0) break;
    put += static_cast<size_t>(piece);
  }
  ERR_clear_error();
  return put;
}

void Server::send(int fd, std::string_view bytes) {
  std::string& unsent = connections_[static_cast<size_t>(fd)].unsent;
  const size_t put = unsent.empty() ? write(fd, bytes) : 0;
  if (put == bytes.size()) return;
  if (unsent.empty()) watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
  unsent += bytes.substr(put);
}

void Server::flush(int fd) {
  std::string& unsent = connections_[static_cast<size_t>(fd)].unsent;
  const size_t put = write(fd, unsent);
  if (put == 0) return close(fd);
  unsent.erase(0, put);
  if (unsent.empty()) watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

void Server::close(int fd) {
  std::erase(subscribers_, fd);
  connections_[static_cast<size_t>(fd)] = Connection();
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  ::close(fd);
}

}  // namespace limit
