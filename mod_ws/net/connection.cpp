// One socket on one loop, with or without TLS.
#include "net/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "net/event_loop.h"

namespace ws::net {

namespace {

// A rekey is due once per 2^24 records (RFC 8446, section 5.5): more is an attack.
constexpr unsigned kMaxKeyUpdates = 32;
constexpr uint64_t kKeyUpdateWindowMs = 10'000;

}  // namespace

Connection::Connection(EventLoop& loop, base::UniqueFd fd, SslPtr ssl) noexcept
    : loop_(loop), ssl_(std::move(ssl)), fd_(std::move(fd)) {}

Connection::~Connection() { close_socket(false); }

bool Connection::open(std::string_view early, std::string_view sealed) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = this;
  if (epoll_ctl(loop_.epoll_fd(), EPOLL_CTL_ADD, fd_.get(), &event) != 0) return false;
  watches_input_ = true;
  std::string first(early);
  if (ssl_ && !sealed.empty()) {
    // An end or a fault in it shows again at the next read.
    TlsIo& tls = loop_.tls();
    const auto result = tls.decrypt(ssl_.get(), sealed, loop_.input());
    first.append(loop_.input().data(), result.size);
    if (!tls.pending().empty()) send_sealed();
  }
  if (!first.empty()) {
    rest_ = std::make_unique<std::string>(std::move(first));
    continue_input();
  }
  // Bytes may sit in the SSL, for which no event comes.
  if (!is_closed()) read_input();
  return true;
}

void Connection::on_events(uint32_t events) {
  if (is_closed()) return;
  if (events & EPOLLOUT) flush_now();
  if (is_closed()) return;
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
    if (input_wanted_ && !input_ended_) {
      if (!rest_) read_input();
    } else if (events & (EPOLLHUP | EPOLLERR)) {
      end_input(End::broken);
    }
  }
}

void Connection::read_input() {
  if (!input_wanted_ || input_ended_ || rest_) return;
  const std::span<char> buffer = loop_.input();
  if (ssl_) {
    if (!read_tls(buffer)) return;
  } else {
    ssize_t size = 0;
    do {
      size = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    } while (size < 0 && errno == EINTR);
    if (size > 0) return take_input(buffer.first(static_cast<size_t>(size)));
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (size < 0) return end_input(End::broken);
  }
  end_input(End::finished);
}

// True: the peer has ended; what it sent before has been handled.
bool Connection::read_tls(std::span<char> buffer) {
  TlsIo& tls = loop_.tls();
  const auto result = tls.read(ssl_.get(), fd_.get(), buffer);
  if (result.key_updates > 0) {
    const auto window = static_cast<uint32_t>(loop_.now_ms() / kKeyUpdateWindowMs);
    if (window != key_update_window_) key_updates_ = 0;
    key_update_window_ = window;
    key_updates_ = static_cast<uint8_t>(
        std::min<unsigned>(key_updates_ + result.key_updates, kMaxKeyUpdates + 1));
  }
  if (!tls.pending().empty() && !send_sealed()) return false;
  if (result.size > 0) take_input(buffer.first(result.size));
  if (is_closed()) return false;
  if (result.outcome == TlsIo::Outcome::failed || key_updates_ > kMaxKeyUpdates) {
    end_input(End::broken);
    return false;
  }
  return result.outcome == TlsIo::Outcome::ended;
}

void Connection::take_input(std::span<char> bytes) {
  auto& cork = loop_.cork();
  loop_.begin_slice();
  cork.owner = this;
  const size_t taken = on_input(bytes);
  flush_cork();
  if (taken == bytes.size() || is_closed()) return;
  rest_ = std::make_unique<std::string>(bytes.data() + taken, bytes.size() - taken);
  if (input_wanted_ && !continuing_) {
    continuing_ = true;
    loop_.continue_later(*this);
  }
}

void Connection::continue_input() {
  continuing_ = false;
  if (is_closed() || !input_wanted_ || !rest_) return;
  const auto bytes = std::move(rest_);
  take_input(*bytes);
  if (!is_closed() && !rest_ && input_ended_) on_input_end(End::finished);
}

void Connection::end_input(End end) {
  input_ended_ = true;
  if (end == End::broken) {
    rest_.reset();
    // A hang-up cannot be masked: its event would come with every turn.
    epoll_ctl(loop_.epoll_fd(), EPOLL_CTL_DEL, fd_.get(), nullptr);
  }
  watch();
  if (!rest_) on_input_end(end);
}

void Connection::set_input_wanted(bool wanted) {
  if (input_wanted_ == wanted || is_closed()) return;
  input_wanted_ = wanted;
  watch();
  if (wanted && rest_ && !continuing_) {
    continuing_ = true;
    loop_.continue_later(*this);
  }
}

void Connection::watch() noexcept {
  if (is_closed()) return;
  const bool input = input_wanted_ && !input_ended_;
  const bool output = waiting_ != nullptr;
  if (input == watches_input_ && output == watches_output_) return;
  epoll_event event{};
  event.events = (input ? EPOLLIN : 0u) | (output ? EPOLLOUT : 0u);
  event.data.ptr = this;
  epoll_ctl(loop_.epoll_fd(), EPOLL_CTL_MOD, fd_.get(), &event);
  watches_input_ = input;
  watches_output_ = output;
}

void Connection::close_socket(bool reset) noexcept {
  if (is_closed()) return;
  auto& cork = loop_.cork();
  if (cork.owner == this) cork = {nullptr, 0, std::move(cork.data)};
  // A registration outlives the descriptor when another process or httpd holds a copy of it.
  epoll_ctl(loop_.epoll_fd(), EPOLL_CTL_DEL, fd_.get(), nullptr);
  if (reset) {
    const linger now{1, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  ssl_.reset();
  fd_.reset();
  waiting_.reset();
  rest_.reset();
}

}  // namespace ws::net
