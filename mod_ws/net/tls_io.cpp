// TLS for all connections of one loop.
#include "net/tls_io.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

namespace ws::net {

namespace {

constexpr size_t kKeptOutput = size_t{128} * 1024;
// More in one read is an attack (a rekey is due once per 2^24 records, RFC 8446, section 5.5).
constexpr unsigned kMaxKeyUpdatesPerRead = 32;

}  // namespace

void SslDeleter::operator()(SSL* ssl) const noexcept {
  // Marked as shut down, OpenSSL leaves the session in mod_ssl's cache (and its callback alone).
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  ERR_clear_error();
  SSL_free(ssl);
}

TlsIo::TlsIo()
    : method_(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "websocket loop")),
      bio_(nullptr),
      in_(std::make_unique_for_overwrite<char[]>(kInputSize)) {
  if (!method_) throw std::bad_alloc();
  BIO_meth_set_read(method_, bio_read);
  BIO_meth_set_write(method_, bio_write);
  BIO_meth_set_ctrl(method_, bio_ctrl);
  bio_ = BIO_new(method_);
  if (!bio_) {
    BIO_meth_free(method_);
    throw std::bad_alloc();
  }
  BIO_set_data(bio_, this);
  BIO_set_init(bio_, 1);
}

TlsIo::~TlsIo() {
  BIO_free(bio_);
  BIO_meth_free(method_);
}

void TlsIo::attach(SSL* ssl) noexcept {
  BIO_up_ref(bio_);
  SSL_set_bio(ssl, bio_, bio_);
  // SSL_read then returns after each record, so that KeyUpdates can be counted.
  SSL_clear_mode(ssl, SSL_MODE_AUTO_RETRY);
  SSL_set_msg_callback(ssl, on_message);
  SSL_set_msg_callback_arg(ssl, this);
}

// Whatever handshake message comes now is a KeyUpdate (RFC 8446, section 4.6.3), or refused.
void TlsIo::on_message(int write, int, int content_type, const void*, size_t, SSL*,
                       void* self) noexcept {
  if (!write && content_type == SSL3_RT_HANDSHAKE) ++static_cast<TlsIo*>(self)->handshakes_;
}

int TlsIo::fill(char* to, int size) noexcept {
  if (unread_.empty() && !received_) {
    received_ = true;
    ssize_t got = 0;
    do {
      got = ::recv(fd_, in_.get(), kInputSize, 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
      unread_ = {in_.get(), static_cast<size_t>(got)};
    } else if (got == 0) {
      at_end_ = true;
    } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
      broken_ = true;
    }
  }
  if (unread_.empty()) {
    starved_ = true;
    return 0;
  }
  const size_t taken = std::min(static_cast<size_t>(size), unread_.size());
  std::memcpy(to, unread_.data(), taken);
  unread_.remove_prefix(taken);
  return static_cast<int>(taken);
}

int TlsIo::bio_read(BIO* bio, char* to, int size) noexcept {
  auto& self = *static_cast<TlsIo*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const int taken = self.fill(to, size);
  if (taken > 0) return taken;
  if (self.at_end_) return 0;
  if (self.broken_) return -1;
  BIO_set_retry_read(bio);
  return -1;
}

int TlsIo::bio_write(BIO* bio, const char* from, int size) noexcept {
  auto& self = *static_cast<TlsIo*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  try {
    self.out_.append(from, static_cast<size_t>(size));
  } catch (const std::bad_alloc&) {
    return -1;
  }
  return size;
}

long TlsIo::bio_ctrl(BIO* bio, int command, long, void*) noexcept {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return static_cast<TlsIo*>(BIO_get_data(bio))->at_end_ ? 1 : 0;
    default:
      return 0;
  }
}

TlsIo::ReadResult TlsIo::read(SSL* ssl, int fd, std::span<char> to) noexcept {
  fd_ = fd;
  received_ = false;
  unread_ = {};
  return read_all(ssl, to);
}

TlsIo::ReadResult TlsIo::decrypt(SSL* ssl, std::string_view sealed, std::span<char> to) noexcept {
  fd_ = -1;
  received_ = true;
  unread_ = sealed;
  return read_all(ssl, to);
}

TlsIo::ReadResult TlsIo::read_all(SSL* ssl, std::span<char> to) noexcept {
  starved_ = at_end_ = broken_ = false;
  handshakes_ = 0;
  size_t size = 0;
  while (size < to.size()) {
    ERR_clear_error();
    size_t got = 0;
    const int done = SSL_read_ex(ssl, to.data() + size, to.size() - size, &got);
    if (done == 1) {
      size += got;
      continue;
    }
    const int error = SSL_get_error(ssl, done);
    if (handshakes_ > kMaxKeyUpdatesPerRead) return {Outcome::failed, size, handshakes_};
    if (error == SSL_ERROR_WANT_READ && !starved_) continue;
    if (error == SSL_ERROR_WANT_READ) break;
    if (error == SSL_ERROR_ZERO_RETURN || at_end_) return {Outcome::ended, size, handshakes_};
    ERR_clear_error();
    return {Outcome::failed, size, handshakes_};
  }
  return {Outcome::ok, size, handshakes_};
}

bool TlsIo::seal(SSL* ssl, std::string_view plaintext) noexcept {
  while (!plaintext.empty()) {
    ERR_clear_error();
    size_t written = 0;
    if (SSL_write_ex(ssl, plaintext.data(), plaintext.size(), &written) != 1) {
      ERR_clear_error();
      return false;
    }
    plaintext.remove_prefix(written);
  }
  return true;
}

void TlsIo::seal_end(SSL* ssl) noexcept {
  ERR_clear_error();
  SSL_shutdown(ssl);
  ERR_clear_error();
}

void TlsIo::clear_pending() noexcept {
  out_.clear();
  if (out_.capacity() > kKeptOutput) out_.shrink_to_fit();
}

}  // namespace ws::net
