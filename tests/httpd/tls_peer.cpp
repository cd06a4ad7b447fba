// A TLS client that does what no decent client does: key updates at will, renegotiation, broken
// and hand-made records, all of it placed into TCP segments as told.
//
// It reads commands from stdin, one a line, and answers each with one line on stdout:
// "ok", "data HEX", "eof", "reset", "alert NAME", "timeout" or "error TEXT".
//
//   connect HOST PORT 1.2|1.3 [N]  TCP (receive buffer of N bytes) and TLS, no certificate checked
//   hold / release                 keep outgoing bytes back / send them in one segment
//   write HEX                      application data in one record (up to 16 KiB)
//   records HEX                    the same, one byte a record
//   keyupdate requested|not N      N KeyUpdate messages (TLS 1.3)
//   renegotiate                    a new ClientHello inside the connection (TLS 1.2)
//   corrupt HEX                    as write, with the last byte of the record's MAC flipped
//   inject TYPE HEX N              N hand-encrypted records of that content type (TLS 1.3,
//                                  last thing before the end: the real key state is behind then)
//   raw HEX                        bytes on the TCP stream, not encrypted at all
//   notify                         close_notify
//   read MILLISECONDS              waits for application data, an alert or the end
//   fin / quit                     TCP FIN / end
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<unsigned char>;

Bytes from_hex(const std::string& text) {
  Bytes bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<unsigned char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::string to_hex(const Bytes& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string openssl_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return text.data();
}

// HKDF-Expand-Label of RFC 8446, section 7.1, with SHA-256 and an empty context.
Bytes expand_label(const Bytes& secret, const std::string& label, size_t size) {
  const std::string full = "tls13 " + label;
  Bytes info{0, static_cast<unsigned char>(size), static_cast<unsigned char>(full.size())};
  info.insert(info.end(), full.begin(), full.end());
  info.push_back(0);
  Bytes out(size);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr);
  const bool done =
      EVP_PKEY_derive_init(context) > 0 &&
      EVP_PKEY_CTX_set_hkdf_mode(context, EVP_PKEY_HKDEF_MODE_EXPAND_ONLY) > 0 &&
      EVP_PKEY_CTX_set_hkdf_md(context, EVP_sha256()) > 0 &&
      EVP_PKEY_CTX_set1_hkdf_key(context, secret.data(), static_cast<int>(secret.size())) > 0 &&
      EVP_PKEY_CTX_add1_hkdf_info(context, info.data(), static_cast<int>(info.size())) > 0 &&
      EVP_PKEY_derive(context, out.data(), &size) > 0;
  EVP_PKEY_CTX_free(context);
  if (!done) throw std::runtime_error("HKDF: " + openssl_error());
  return out;
}

Bytes g_client_secret;  // CLIENT_TRAFFIC_SECRET_0

void remember_secret(const SSL*, const char* line) {
  std::istringstream words(line);
  std::string label, random, secret;
  words >> label >> random >> secret;
  if (label == "CLIENT_TRAFFIC_SECRET_0") g_client_secret = from_hex(secret);
}

// One connection. TLS runs over memory, so that this program decides what goes out, and when.
class TlsPeer {
 public:
  TlsPeer(const std::string& host, const std::string& port, const std::string& version,
          int receive_buffer) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* address = nullptr;
    if (getaddrinfo(host.c_str(), port.c_str(), &hints, &address) != 0) {
      throw std::runtime_error("no such host");
    }
    socket_ = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0) {
      setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    const timeval patience{0, 300000};  // to send; what did not fit waits for the next command
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const int failed = ::connect(socket_, address->ai_addr, address->ai_addrlen);
    freeaddrinfo(address);
    if (failed != 0) throw std::runtime_error("cannot connect");
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

    context_ = SSL_CTX_new(TLS_client_method());
    const int number = version == "1.2" ? TLS1_2_VERSION : TLS1_3_VERSION;
    SSL_CTX_set_min_proto_version(context_, number);
    SSL_CTX_set_max_proto_version(context_, number);
    SSL_CTX_set_ciphersuites(context_, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_keylog_callback(context_, remember_secret);
    ssl_ = SSL_new(context_);
    BIO* in = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(ssl_, in, BIO_new(BIO_s_mem()));
    SSL_set_tlsext_host_name(ssl_, "localhost");
    SSL_set_connect_state(ssl_);
    for (;;) {
      const int result = SSL_do_handshake(ssl_);
      flush();
      if (result == 1) break;
      if (SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ || receive(5000) <= 0) {
        throw std::runtime_error("TLS handshake: " + openssl_error());
      }
    }
    records_sent_ = 0;
    is_open_ = true;
  }

  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  ~TlsPeer() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    close(socket_);
  }

  void hold() { is_held_ = true; }
  void release() {
    is_held_ = false;
    transmit();
  }

  void write(const Bytes& data) {
    if (SSL_write(ssl_, data.data(), static_cast<int>(data.size())) <= 0) {
      throw std::runtime_error("write: " + openssl_error());
    }
    flush();
  }

  void write_records(const Bytes& data) {
    for (const unsigned char byte : data) write({byte});
  }

  void key_update(bool is_requested, int count) {
    const int type = is_requested ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED;
    for (int i = 0; i < count; ++i) {
      if (SSL_key_update(ssl_, type) != 1 || SSL_do_handshake(ssl_) != 1) {
        throw std::runtime_error("keyupdate: " + openssl_error());
      }
      flush();
    }
  }

  void renegotiate() {
    if (SSL_renegotiate(ssl_) != 1) throw std::runtime_error("renegotiate: " + openssl_error());
    SSL_do_handshake(ssl_);
    flush();
  }

  void write_corrupted(const Bytes& data) {
    if (SSL_write(ssl_, data.data(), static_cast<int>(data.size())) <= 0) {
      throw std::runtime_error("write: " + openssl_error());
    }
    Bytes record = take_output();
    record.back() ^= 1;
    raw(record);
  }

  // RFC 8446, section 5.2: a record encrypted by hand, under the key of the first traffic secret.
  void inject(unsigned char type, const Bytes& content, int count) {
    if (g_client_secret.empty()) throw std::runtime_error("inject: needs TLS 1.3");
    const Bytes key = expand_label(g_client_secret, "key", 16);
    const Bytes iv = expand_label(g_client_secret, "iv", 12);
    for (int i = 0; i < count; ++i) raw(sealed(key, iv, type, content));
  }

  void raw(const Bytes& bytes) {
    output_.insert(output_.end(), bytes.begin(), bytes.end());
    if (!is_held_) transmit();
  }

  void notify() {
    SSL_shutdown(ssl_);
    flush();
  }

  void fin() { shutdown(socket_, SHUT_WR); }

  std::string read(int timeout_ms) {
    for (;;) {
      ERR_clear_error();
      Bytes data(65536);
      const int size = SSL_read(ssl_, data.data(), static_cast<int>(data.size()));
      const int error = SSL_get_error(ssl_, size);
      flush();
      if (size > 0) {
        data.resize(static_cast<size_t>(size));
        return "data " + to_hex(data);
      }
      if (error == SSL_ERROR_ZERO_RETURN) return "eof";
      if (error == SSL_ERROR_SSL) {
        const unsigned long reason = ERR_peek_error();
        const char* text = ERR_reason_error_string(reason);
        return std::string("alert ") + (text != nullptr ? text : "unknown");
      }
      const int received = receive(timeout_ms);
      if (received == 0) return "eof";
      if (received == -1) return "timeout";
      if (received == -2) return "reset";
    }
  }

 private:
  Bytes take_output() {
    char* start = nullptr;
    BIO* out = SSL_get_wbio(ssl_);
    const long size = BIO_get_mem_data(out, &start);
    Bytes bytes(start, start + size);
    BIO_reset(out);
    for (size_t at = 0; is_open_ && at + 5 <= bytes.size(); ++records_sent_) {
      at += 5 + (static_cast<size_t>(bytes[at + 3]) << 8 | bytes[at + 4]);
    }
    return bytes;
  }

  void flush() {
    const Bytes bytes = take_output();
    output_.insert(output_.end(), bytes.begin(), bytes.end());
    if (!is_held_) transmit();
  }

  void transmit() {
    size_t at = 0;
    while (at < output_.size()) {
      const ssize_t sent = send(socket_, output_.data() + at, output_.size() - at, MSG_NOSIGNAL);
      if (sent < 0) break;  // full; or ended, and then the next read tells how
      at += static_cast<size_t>(sent);
    }
    output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  // Moves what comes into TLS. Bytes; 0: the end; -1: nothing in time; -2: reset.
  int receive(int timeout_ms) {
    pollfd waiting{socket_, POLLIN, 0};
    if (poll(&waiting, 1, timeout_ms) == 0) return -1;
    std::array<unsigned char, 65536> data;
    const ssize_t size = recv(socket_, data.data(), data.size(), 0);
    if (size < 0) return -2;
    BIO_write(SSL_get_rbio(ssl_), data.data(), static_cast<int>(size));
    return static_cast<int>(size);
  }

  Bytes sealed(const Bytes& key, Bytes nonce, unsigned char type, const Bytes& content) {
    Bytes plain = content;
    plain.push_back(type);
    const size_t size = plain.size() + 16;
    Bytes record{23, 3, 3, static_cast<unsigned char>(size >> 8),
                 static_cast<unsigned char>(size & 255)};
    for (size_t i = 0; i < 8; ++i) {
      nonce[11 - i] ^= static_cast<unsigned char>(records_sent_ >> (8 * i) & 255);
    }
    ++records_sent_;
    Bytes cipher(plain.size());
    Bytes tag(16);
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    int written = 0;
    EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nullptr, key.data(), nonce.data());
    EVP_EncryptUpdate(context, nullptr, &written, record.data(), 5);
    EVP_EncryptUpdate(context, cipher.data(), &written, plain.data(),
                      static_cast<int>(plain.size()));
    EVP_EncryptFinal_ex(context, cipher.data() + written, &written);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, tag.data());
    EVP_CIPHER_CTX_free(context);
    record.insert(record.end(), cipher.begin(), cipher.end());
    record.insert(record.end(), tag.begin(), tag.end());
    return record;
  }

  int socket_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  Bytes output_;
  bool is_held_ = false;
  bool is_open_ = false;            // the handshake is over: records are counted
  std::uint64_t records_sent_ = 0;  // under the first application key
};

std::string run(TlsPeer& peer, const std::string& command, std::istringstream& words) {
  std::string text;
  int number = 0;
  if (command == "hold") {
    peer.hold();
  } else if (command == "release") {
    peer.release();
  } else if (command == "write" && words >> text) {
    peer.write(from_hex(text));
  } else if (command == "records" && words >> text) {
    peer.write_records(from_hex(text));
  } else if (command == "keyupdate" && words >> text >> number) {
    peer.key_update(text == "requested", number);
  } else if (command == "renegotiate") {
    peer.renegotiate();
  } else if (command == "corrupt" && words >> text) {
    peer.write_corrupted(from_hex(text));
  } else if (command == "inject") {
    int type = 0;
    words >> type >> text >> number;
    peer.inject(static_cast<unsigned char>(type), from_hex(text == "-" ? "" : text), number);
  } else if (command == "raw" && words >> text) {
    peer.raw(from_hex(text));
  } else if (command == "notify") {
    peer.notify();
  } else if (command == "fin") {
    peer.fin();
  } else if (command == "read" && words >> number) {
    return peer.read(number);
  } else {
    return "error unknown command";
  }
  return "ok";
}

}  // namespace

int main() {
  std::signal(SIGPIPE, SIG_IGN);
  std::string line, command, host, port, version;
  int receive_buffer = 0;
  std::getline(std::cin, line);
  std::istringstream first(line);
  first >> command >> host >> port >> version >> receive_buffer;
  try {
    TlsPeer peer(host, port, version, receive_buffer);
    std::cout << "ok" << std::endl;
    while (std::getline(std::cin, line)) {
      std::istringstream words(line);
      words >> command;
      if (command == "quit") break;
      try {
        std::cout << run(peer, command, words) << std::endl;
      } catch (const std::exception& error) {
        std::cout << "error " << error.what() << std::endl;
      }
    }
  } catch (const std::exception& error) {
    std::cout << "error " << error.what() << std::endl;
    return 1;
  }
  return 0;
}
