// The sending side of a connection: cork, queue, TLS records, orderly end.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "net/connection.h"
#include "net/event_loop.h"

namespace ws::net {

namespace {

// From this size on a copy into the cork costs more than a call of its own.
constexpr size_t kDirectWrite = size_t{16} * 1024;
// The plaintext of one full TLS record (RFC 8446, section 5.1).
constexpr size_t kRecord = size_t{16} * 1024;
// Ciphertext made before the socket is asked whether it takes more.
constexpr size_t kSealAhead = size_t{64} * 1024;
constexpr size_t kMaxPieces = 64;

// Bytes taken; 0 when the socket is full; -1 when it is broken.
ssize_t send_pieces(int fd, std::span<const iovec> pieces) noexcept {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;
  for (;;) {
    // The kernel takes a single piece at less cost without a message header around it.
    const ssize_t sent = pieces.size() == 1
                             ? ::send(fd, pieces[0].iov_base, pieces[0].iov_len, kFlags)
                             : ::sendmsg(fd, &message, kFlags);
    if (sent >= 0) return sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return 0;
    if (errno != EINTR) return -1;
  }
}

std::string_view view(const iovec& piece) noexcept {
  return {static_cast<const char*>(piece.iov_base), piece.iov_len};
}

iovec piece(std::string_view bytes) noexcept {
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

// Drops the first bytes; pieces that are used up become empty.
void advance(std::span<iovec> pieces, size_t count) noexcept {
  for (iovec& one : pieces) {
    const size_t here = std::min(count, one.iov_len);
    one = piece(view(one).substr(here));
    count -= here;
  }
}

// Encrypts the front of the pieces in full records where it can, without copying long
// ones. Returns the bytes sealed, about `limit` at most; or SIZE_MAX when TLS is broken.
size_t seal_some(TlsIo& tls, SSL* ssl, std::span<const iovec> pieces, size_t limit) noexcept {
  char record[kRecord];
  size_t filled = 0;
  size_t sealed = 0;
  for (const iovec& one : pieces) {
    std::string_view rest = view(one);
    while (!rest.empty() && sealed + filled < limit) {
      if (filled == 0 && rest.size() >= kRecord) {
        const std::string_view direct = rest.substr(0, kRecord);
        if (!tls.seal(ssl, direct)) return SIZE_MAX;
        sealed += direct.size();
        rest.remove_prefix(direct.size());
        continue;
      }
      const size_t take = std::min(rest.size(), kRecord - filled);
      std::memcpy(record + filled, rest.data(), take);
      filled += take;
      rest.remove_prefix(take);
      if (filled == kRecord) {
        if (!tls.seal(ssl, {record, filled})) return SIZE_MAX;
        sealed += filled;
        filled = 0;
      }
    }
  }
  if (filled > 0 && !tls.seal(ssl, {record, filled})) return SIZE_MAX;
  return sealed + filled;
}

}  // namespace

size_t Connection::queued_bytes() const noexcept {
  const auto& cork = loop_.cork();
  const size_t waiting = waiting_ ? waiting_->plain.size() + waiting_->sealed.size() : 0;
  return waiting + (cork.owner == this ? cork.size : 0);
}

Connection::Waiting::~Waiting() { loop.change_waiting(counted, 0); }

void Connection::Waiting::count() noexcept {
  loop.change_waiting(counted, cost());
  counted = cost();
}

Connection::Waiting& Connection::waiting() {
  if (!waiting_) waiting_ = std::make_unique<Waiting>(loop_);
  return *waiting_;
}

size_t Connection::lasting_bytes() const noexcept {
  return waiting_ ? waiting_->plain.lasting_cost() : 0;
}

Dropped Connection::drop_oldest(size_t limit) noexcept {
  if (!waiting_) return {};
  const size_t sealed = waiting_->sealed.size();
  const Dropped dropped = waiting_->plain.drop_oldest(limit - std::min(limit, sealed));
  waiting_->count();
  return dropped;
}

Dropped Connection::drop_stream(uint64_t stream) noexcept {
  if (!waiting_) return {};
  const Dropped dropped = waiting_->plain.drop_stream(stream);
  waiting_->count();
  return dropped;
}

void Connection::mark_dirty() {
  if (dirty_) return;
  dirty_ = true;
  loop_.flush_later(*this);
}

void Connection::write(std::string_view header, std::string_view payload) {
  if (is_closed() || output_ != Output::open) return;
  auto& cork = loop_.cork();
  if (cork.owner != this || waiting_) {
    waiting().plain.append(header);
    waiting_->plain.append(payload);
    waiting_->count();
    mark_dirty();
    return;
  }
  const size_t size = header.size() + payload.size();
  if (payload.size() >= kDirectWrite || cork.size + size > EventLoop::kCorkSize) {
    const size_t corked = std::exchange(cork.size, 0);
    iovec pieces[] = {piece({cork.data.get(), corked}), piece(header), piece(payload)};
    write_directly(pieces);
    return;
  }
  char* const to = cork.data.get() + cork.size;
  std::memcpy(to, header.data(), header.size());
  if (!payload.empty()) std::memcpy(to + header.size(), payload.data(), payload.size());
  cork.size += size;
}

void Connection::write(base::SharedBytes bytes, Droppable what, size_t begin) {
  if (is_closed() || output_ != Output::open) return;
  auto& cork = loop_.cork();
  if (cork.owner == this && cork.size > 0 && !waiting_) {
    iovec corked[] = {piece({cork.data.get(), std::exchange(cork.size, 0)})};
    write_directly(corked);
  }
  if (is_closed() || output_ != Output::open) return;
  if (waiting_) {
    waiting_->plain.append(std::move(bytes), what, begin);
    waiting_->count();
    if (!blocked_) mark_dirty();
    return;
  }
  const size_t size = bytes.size() - begin;
  iovec pieces[] = {piece(bytes.view().substr(begin))};
  if (!give(pieces)) return;
  const size_t sent = size - pieces[0].iov_len;
  if (sent < size) waiting().plain.append(std::move(bytes), what, begin, sent);
  if (!waiting_) return;
  waiting_->count();
  blocked_ = true;
  watch();
}

// Leaves in the pieces what is not taken. False: the output is broken.
bool Connection::give(std::span<iovec> pieces) {
  if (ssl_) return seal_and_send(pieces);
  const ssize_t sent = send_pieces(fd_.get(), pieces);
  if (sent < 0) return break_output(), false;
  advance(pieces, static_cast<size_t>(sent));
  return true;
}

void Connection::write_directly(std::span<iovec> pieces) {
  if (!give(pieces)) return;
  for (const iovec& one : pieces)
    if (one.iov_len > 0) waiting().plain.append(view(one));
  if (!waiting_) return;
  waiting_->count();
  blocked_ = true;
  watch();
}

bool Connection::seal_and_send(std::span<iovec> pieces) {
  size_t total = 0;
  for (const iovec& one : pieces) total += one.iov_len;
  while (total > 0 && !waiting_) {
    const size_t sealed = seal_some(loop_.tls(), ssl_.get(), pieces, kSealAhead);
    if (sealed == SIZE_MAX) return break_output(), false;
    advance(pieces, sealed);
    total -= sealed;
    if (!send_sealed()) return false;
  }
  return true;
}

bool Connection::send_sealed() {
  TlsIo& tls = loop_.tls();
  std::string_view bytes = tls.pending();
  bool intact = true;
  if (!waiting_ || waiting_->sealed.empty()) {
    const iovec pieces[] = {piece(bytes)};
    const ssize_t sent = send_pieces(fd_.get(), pieces);
    intact = sent >= 0;
    if (intact) bytes.remove_prefix(static_cast<size_t>(sent));
  }
  if (intact && !bytes.empty()) {
    waiting().sealed.append(bytes);
    waiting_->count();
    watch();
  }
  tls.clear_pending();
  if (!intact) break_output();
  return intact;
}

void Connection::flush_cork() {
  auto& cork = loop_.cork();
  if (cork.owner != this) return;
  cork.owner = nullptr;
  const size_t size = std::exchange(cork.size, 0);
  if (size == 0 || output_ == Output::finished) return;
  iovec pieces[] = {piece({cork.data.get(), size})};
  write_directly(pieces);
}

bool Connection::flush_waiting() {
  Waiting& queue = *waiting_;
  if (!queue.sealed.empty()) {
    const iovec sealed[] = {piece(queue.sealed)};
    const ssize_t sent = send_pieces(fd_.get(), sealed);
    if (sent < 0) return break_output(), false;
    queue.sealed.erase(0, static_cast<size_t>(sent));
    if (!queue.sealed.empty()) return true;
  }
  while (!queue.plain.empty()) {
    iovec storage[kMaxPieces];
    const std::span<iovec> pieces(storage, queue.plain.gather(storage));
    if (ssl_) {
      const size_t sealed = seal_some(loop_.tls(), ssl_.get(), pieces, kSealAhead);
      if (sealed == SIZE_MAX) return break_output(), false;
      queue.plain.consume(sealed);
      if (!send_sealed()) return false;
      if (!queue.sealed.empty()) return true;
      continue;
    }
    size_t offered = 0;
    for (const iovec& one : pieces) offered += one.iov_len;
    const ssize_t sent = send_pieces(fd_.get(), pieces);
    if (sent < 0) return break_output(), false;
    queue.plain.consume(static_cast<size_t>(sent));
    if (static_cast<size_t>(sent) < offered) return true;
  }
  return true;
}

void Connection::try_flush() {
  // Where the kernel is known to be full, its event is awaited.
  if (is_closed() || !waiting_ || blocked_) return;
  if (!flush_waiting()) return;
  blocked_ = !waiting_->sealed.empty() || !waiting_->plain.empty();
  if (!blocked_) return waiting_.reset();
  waiting_->count();
  watch();
}

void Connection::flush_now() {
  dirty_ = false;
  if (is_closed()) return;
  if (waiting_) {
    if (!flush_waiting()) return;
    blocked_ = !waiting_->sealed.empty() || !waiting_->plain.empty();
    if (blocked_) {
      waiting_->count();
      return watch();
    }
    waiting_.reset();
  }
  if (output_ == Output::finishing) {
    end_output();
    if (waiting_) return;
  }
  watch();
  on_drained();
}

void Connection::finish_output() {
  if (is_closed() || output_ != Output::open) return;
  output_ = Output::finishing;
  mark_dirty();
}

void Connection::end_output() {
  if (ssl_ && !(SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN)) {
    loop_.tls().seal_end(ssl_.get());
    if (!send_sealed() || waiting_) return;
  }
  ::shutdown(fd_.get(), SHUT_WR);
  output_ = Output::finished;
}

void Connection::break_output() {
  output_ = Output::finished;
  waiting_.reset();
  // The end then shows as an event, outside of whoever is writing.
  ::shutdown(fd_.get(), SHUT_RDWR);
  watch();
}

}  // namespace ws::net
