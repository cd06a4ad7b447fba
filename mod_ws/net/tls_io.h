// TLS for all connections of one loop: one pair of buffers and one BIO for all of them.
//
// A session's SSL reads from and writes to memory of the loop; this class moves those
// bytes to and from the socket, with one recv or send for many records. So an idle TLS
// connection owns nothing but its SSL, and no SSL call ever waits for a socket.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace ws::net {

struct SslDeleter {
  void operator()(SSL* ssl) const noexcept;
};
// An SSL with its one reference that is ours. Freed without a word to the peer.
using SslPtr = std::unique_ptr<SSL, SslDeleter>;

class TlsIo {
 public:
  // Throws std::bad_alloc.
  TlsIo();
  ~TlsIo();
  TlsIo(const TlsIo&) = delete;
  TlsIo& operator=(const TlsIo&) = delete;

  // [any] Points the SSL at this loop's memory; its former BIOs are dropped. Nobody
  // else may use the SSL from now on.
  void attach(SSL* ssl) noexcept;

  enum class Outcome : uint8_t {
    ok,     // what was there was taken
    ended,  // the peer closed, with or without close_notify
    failed  // broken TLS or socket, or a flood of KeyUpdates: drop, no more SSL calls
  };
  struct ReadResult {
    Outcome outcome;
    size_t size;           // bytes of plaintext, also when the outcome isn't ok
    unsigned key_updates;  // handshake messages seen in this call
  };
  // Takes what the socket has (one recv) and decrypts all of it into `to`, which must
  // hold kInputSize. What the SSL answers meanwhile (KeyUpdate, alerts) is in pending().
  ReadResult read(SSL* ssl, int fd, std::span<char> to) noexcept;
  // The same with these bytes instead of the socket's, at most kInputSize.
  ReadResult decrypt(SSL* ssl, std::string_view sealed, std::span<char> to) noexcept;
  // Also decrypts what the SSL itself still holds.
  static constexpr size_t kInputSize = size_t{64} * 1024;

  // Encrypts onto pending(). False: the session is broken.
  [[nodiscard]] bool seal(SSL* ssl, std::string_view plaintext) noexcept;
  // Puts close_notify onto pending().
  void seal_end(SSL* ssl) noexcept;

  // Ciphertext that waits for the socket: take it before another SSL is used.
  [[nodiscard]] std::string_view pending() const noexcept { return out_; }
  void clear_pending() noexcept;

 private:
  static int bio_read(BIO* bio, char* to, int size) noexcept;
  static int bio_write(BIO* bio, const char* from, int size) noexcept;
  static long bio_ctrl(BIO* bio, int command, long number, void* pointer) noexcept;
  static void on_message(int write, int version, int content_type, const void* bytes, size_t size,
                         SSL* ssl, void* self) noexcept;
  int fill(char* to, int size) noexcept;
  ReadResult read_all(SSL* ssl, std::span<char> to) noexcept;

  BIO_METHOD* method_;
  BIO* bio_;
  std::unique_ptr<char[]> in_;
  std::string_view unread_;  // of in_
  std::string out_;
  int fd_ = -1;  // of the read under way
  bool received_ = false;
  bool starved_ = false;
  bool at_end_ = false;
  bool broken_ = false;
  unsigned handshakes_ = 0;
};

}  // namespace ws::net
