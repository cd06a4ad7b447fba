// A WebSocket that is opened, pinged and closed again.
#include "ctl/doctor/knock.h"

#include <netdb.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/unique_fd.h"

namespace ws::ctl {

namespace {

using Clock = std::chrono::steady_clock;
using Context = std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)>;
using Tls = std::unique_ptr<SSL, void (*)(SSL*)>;

constexpr size_t kMostBytes = 65'536;

// A connection to the entrance, with a time limit for all that happens on it.
class Line {
 public:
  Line(const Entrance& entrance, const KnockOptions& options)
      : entrance_(entrance),
        options_(options),
        end_(Clock::now() + std::chrono::milliseconds(options.timeout_ms)) {}

  bool open(Knock& result) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(entrance_.port);
    if (const int code = getaddrinfo(entrance_.host.c_str(), port.c_str(), &hints, &found)) {
      result.error = gai_strerror(code);
      return false;
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
    for (const addrinfo* one = found; one && !socket_; one = one->ai_next) {
      socket_.reset(socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, 0));
      limit_time();
      if (connect(socket_.get(), one->ai_addr, one->ai_addrlen) == 0) break;
      result.error = std::strerror(errno == EINPROGRESS ? ETIMEDOUT : errno);
      socket_.reset();
    }
    if (!socket_) return false;
    result.error.clear();
    return !entrance_.is_tls || open_tls(result);
  }

  bool send(std::string_view bytes) {
    limit_time();
    if (tls_) return SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
    return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }

  // Appends what comes. False: nothing more.
  bool receive(std::string& bytes) {
    if (Clock::now() >= end_ || bytes.size() > kMostBytes) return false;
    limit_time();
    std::array<char, 4096> part;
    const ssize_t size = tls_ ? SSL_read(tls_.get(), part.data(), static_cast<int>(part.size()))
                              : recv(socket_.get(), part.data(), part.size(), 0);
    if (size <= 0) return false;
    bytes.append(part.data(), static_cast<size_t>(size));
    return true;
  }

 private:
  void limit_time() {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(end_ - Clock::now());
    const int64_t us = std::max<int64_t>(1000, left.count());
    const timeval time{us / 1'000'000, us % 1'000'000};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
  }

  bool open_tls(Knock& result) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_default_verify_paths(context_.get());
    if (!options_.ca_file.empty() &&
        SSL_CTX_load_verify_locations(context_.get(), options_.ca_file.c_str(), nullptr) != 1) {
      result.error = options_.ca_file + " cannot be read as certificates";
      return false;
    }
    tls_.reset(SSL_new(context_.get()));
    SSL_set_fd(tls_.get(), socket_.get());
    SSL_set_tlsext_host_name(tls_.get(), entrance_.name.c_str());
    const bool is_ipv6 = entrance_.name.starts_with('[');
    SSL_set1_host(tls_.get(), (is_ipv6 ? entrance_.host : entrance_.name).c_str());
    SSL_set_verify(tls_.get(), SSL_VERIFY_NONE, nullptr);  // looked at below
    if (SSL_connect(tls_.get()) != 1) {
      result.error = "no TLS is spoken there";
      return false;
    }
    const long verified = SSL_get_verify_result(tls_.get());
    if (verified != X509_V_OK) result.tls_error = X509_verify_cert_error_string(verified);
    if (const X509* const certificate = SSL_get0_peer_certificate(tls_.get())) {
      int days = 0, seconds = 0;
      if (ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate)) == 1)
        result.certificate_days = days;
    }
    return true;
  }

  const Entrance& entrance_;
  const KnockOptions& options_;
  Clock::time_point end_;
  base::UniqueFd socket_;
  Context context_{nullptr, SSL_CTX_free};
  Tls tls_{nullptr, SSL_free};
};

// example.org, with the port where it is not the scheme's own.
std::string authority(const Entrance& entrance) {
  const bool is_default = entrance.port == (entrance.is_tls ? 443 : 80);
  return entrance.name + (is_default ? "" : ':' + std::to_string(entrance.port));
}

// Frames until a pong; what plugins send first is passed over. RFC 6455, section 5.2.
bool await_pong(Line& line, std::string bytes) {
  constexpr uint8_t kPong = 0x8A;
  constexpr size_t kMostPayload = size_t{1} << 24;
  size_t begin = 0;
  for (;;) {
    const auto at = [&](size_t i) { return static_cast<uint8_t>(bytes[begin + i]); };
    size_t size = 2;
    if (bytes.size() - begin >= size) {
      size_t payload = at(1) & 0x7F;
      if (payload >= 126) {
        const size_t more = payload == 126 ? 2 : 8;
        size += more;
        if (bytes.size() - begin >= size) {
          payload = 0;
          for (size_t i = 0; i < more; ++i) payload = payload << 8 | at(2 + i);
          if (payload > kMostPayload) return false;
        }
      }
      size += payload;
    }
    if (bytes.size() - begin < size) {
      if (!line.receive(bytes)) return false;
    } else if (at(0) == kPong) {
      return true;
    } else {
      begin += size;
    }
  }
}

}  // namespace

std::string Entrance::url() const {
  return (is_tls ? "wss://" : "ws://") + authority(*this) + path;
}

std::string Entrance::origin() const {
  return (is_tls ? "https://" : "http://") + authority(*this);
}

std::optional<Entrance> Entrance::parse(const std::string& url) {
  const size_t colon = url.find("://");
  if (colon == std::string::npos) return std::nullopt;
  const std::string scheme = url.substr(0, colon);
  Entrance found;
  found.is_tls = scheme == "wss" || scheme == "https";
  if (!found.is_tls && scheme != "ws" && scheme != "http") return std::nullopt;
  const size_t begin = colon + 3, slash = std::min(url.find('/', begin), url.size());
  std::string name = url.substr(begin, slash - begin);
  found.path = slash < url.size() ? url.substr(slash) : "/";
  found.port = found.is_tls ? 443 : 80;
  const size_t port = name.rfind(':');
  if (port != std::string::npos && name.find(']', port) == std::string::npos) {
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + port + 1, end, found.port);
    if (error != std::errc() || stop != end || found.port == 0) return std::nullopt;
    name.resize(port);
  }
  if (name.empty() || found.path.find_first_of(" #\r\n") != std::string::npos) return std::nullopt;
  found.name = name;
  found.host = name.front() == '[' ? name.substr(1, name.size() - 2) : name;
  return found;
}

Knock knock(const Entrance& entrance, const std::string& origin, const KnockOptions& options) {
  Knock result;
  Line line(entrance, options);
  if (!line.open(result)) return result;
  line.send("GET " + entrance.path + " HTTP/1.1\r\nHost: " + authority(entrance) +
            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: d3NjdGwgZG9jdG9yLi4uLg==\r\nSec-WebSocket-Version: 13\r\n"
            "User-Agent: wsctl doctor\r\n" +
            (origin.empty() ? "" : "Origin: " + origin + "\r\n") + "\r\n");
  std::string& answer = result.headers;
  while (answer.find("\r\n\r\n") == std::string::npos)
    if (!line.receive(answer)) {
      result.error = answer.empty() ? "nothing is answered" : "the answer is not HTTP";
      return result;
    }
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  std::from_chars(answer.data() + std::min(kVersion.size(), answer.size()),
                  answer.data() + answer.size(), result.status);
  if (result.status != 101) {
    if (answer.ends_with("\r\n\r\n")) line.receive(answer);  // what the page says
    return result;
  }
  std::string frames = answer.substr(answer.find("\r\n\r\n") + 4);
  // Masked, with a mask of zeros: a ping, later a Close with 1000.
  line.send(std::string_view("\x89\x80\0\0\0\0", 6));
  result.has_pong = await_pong(line, std::move(frames));
  line.send(std::string_view("\x88\x82\0\0\0\0\x03\xE8", 8));
  return result;
}

}  // namespace ws::ctl
