// Non-blocking sockets and OpenSSL under one pair of read and write.
#include "connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "http_answer.h"

namespace bench {
namespace {

std::array<char, size_t{256} * 1024> read_buffer;

void watch(int epoll, int operation, int fd, uint32_t events, void* user) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = user;
  epoll_ctl(epoll, operation, fd, &event);
}

bool would_block(SSL* session, int result) {
  const int error = SSL_get_error(session, result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return true;
  ERR_clear_error();
  return false;
}

}  // namespace

void Connection::open(const Target& target, std::string_view path) {
  open_with(target,
            target.upgrade ? upgrade_request(target.port, path) : page_request(target.port, path));
}

void Connection::open_with(const Target& target, std::string request) {
  target_ = target;
  answer_.clear();
  request_ = std::move(request);
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return fail(std::strerror(errno));
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (target.receive_buffer > 0)
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &target.receive_buffer, sizeof target.receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(target.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno != EINPROGRESS)
    return fail(std::strerror(errno));
  state_ = State::kConnecting;
  writable_wanted_ = readable_wanted_ = true;
  watch(epoll_, EPOLL_CTL_ADD, fd_, EPOLLIN | EPOLLOUT, this);
}

void Connection::close() {
  if (fd_ < 0) return;
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  tls_.reset();
  ::close(fd_);
  fd_ = -1;
  state_ = State::kClosed;
}

void Connection::fail(std::string_view what) {
  close();
  user_.on_failure(*this, what);
}

void Connection::want_writable(bool wanted) {
  if (wanted == writable_wanted_ || fd_ < 0) return;
  writable_wanted_ = wanted;
  watch_again();
}

void Connection::want_readable(bool wanted) {
  if (wanted == readable_wanted_ || fd_ < 0) return;
  readable_wanted_ = wanted;
  watch_again();
}

void Connection::watch_again() {
  watch(epoll_, EPOLL_CTL_MOD, fd_,
        (readable_wanted_ ? EPOLLIN : 0U) | (writable_wanted_ ? EPOLLOUT : 0U), this);
}

void Connection::on_events(uint32_t events) {
  switch (state_) {
    case State::kClosed:
      return;
    case State::kConnecting:
    case State::kSecuring:
      return advance();
    case State::kAsking:
      if ((events & EPOLLOUT) != 0 && !request_.empty()) ask();
      break;
    case State::kOpen:
      if ((events & EPOLLOUT) != 0) user_.on_writable(*this);
      break;
  }
  if (state_ != State::kClosed && (events & ~uint32_t{EPOLLOUT}) != 0) receive();
}

void Connection::advance() {
  if (state_ == State::kConnecting) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail(std::strerror(error));
    if (target_.tls != nullptr) tls_ = make_client_session(target_.tls, fd_);
    state_ = State::kSecuring;
  }
  if (target_.tls != nullptr) {
    if (tls_ == nullptr) return fail("no TLS session");
    const int done = SSL_connect(tls_.get());
    if (done != 1) {
      if (!would_block(tls_.get(), done)) return fail("TLS handshake failed");
      return want_writable(SSL_want_write(tls_.get()) != 0);
    }
  }
  state_ = State::kAsking;
  ask();
}

void Connection::ask() {
  const auto taken = write(request_);
  if (!taken) return fail("the request could not be sent");
  request_.erase(0, *taken);
  want_writable(!request_.empty());
}

void Connection::receive() {
  do {
    const long size = read(read_buffer.data(), read_buffer.size());
    if (size < 0) return;
    if (size == 0) return fail("closed by the server");
    const std::string_view bytes(read_buffer.data(), static_cast<size_t>(size));
    if (state_ == State::kOpen)
      user_.on_bytes(*this, bytes);
    else
      take_answer(bytes);
    // What OpenSSL has read ahead must be taken now: epoll does not see it.
  } while (tls_ != nullptr && SSL_has_pending(tls_.get()) != 0);
}

void Connection::take_answer(std::string_view bytes) {
  answer_ += bytes;
  size_t size = 0;
  const Answer answer = target_.upgrade ? judge_upgrade(answer_, size) : judge_page(answer_, size);
  if (answer == Answer::kIncomplete) return;
  const std::string head = std::move(answer_);
  answer_ = std::string();
  if (answer == Answer::kBad) return fail("refused: " + head.substr(0, head.find('\r')));
  request_ = std::string();
  state_ = State::kOpen;
  answer_head_ = std::string_view(head).substr(0, size);
  user_.on_open(*this);
  answer_head_ = {};
  if (is_open() && head.size() > size) user_.on_bytes(*this, std::string_view(head).substr(size));
}

long Connection::read(char* buffer, size_t size) {
  if (tls_ == nullptr) {
    const ssize_t got = recv(fd_, buffer, size, 0);
    return got >= 0 ? got : errno == EAGAIN ? -1 : 0;
  }
  size_t got = 0;
  do {
    const int piece = SSL_read(tls_.get(), buffer + got, static_cast<int>(size - got));
    if (piece <= 0) {
      const bool later = would_block(tls_.get(), piece);
      return got > 0 ? static_cast<long>(got) : later ? -1 : 0;
    }
    got += static_cast<size_t>(piece);
  } while (got < size && SSL_has_pending(tls_.get()) != 0);
  return static_cast<long>(got);
}

std::optional<size_t> Connection::write(std::string_view bytes) {
  if (tls_ == nullptr) {
    const ssize_t put = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put >= 0) return static_cast<size_t>(put);
    return errno == EAGAIN ? std::optional<size_t>(0) : std::nullopt;
  }
  size_t put = 0;
  while (put < bytes.size()) {
    const int piece =
        SSL_write(tls_.get(), bytes.data() + put, static_cast<int>(bytes.size() - put));
    if (piece <= 0) return would_block(tls_.get(), piece) ? std::optional(put) : std::nullopt;
    put += static_cast<size_t>(piece);
  }
  return put;
}

}  // namespace bench
