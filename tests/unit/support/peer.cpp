// The client's end of a socket pair.
#include "support/peer.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>

#include "protocol/inflater.h"

#include <CppUTest/TestHarness.h>

namespace ws::test {

namespace {

std::string inflated(std::string_view deflated) {
  protocol::Inflater inflater(15, false);
  inflater.begin_message();
  std::string out(size_t{1} << 20, '\0');
  const auto step = inflater.inflate(deflated, true, out);
  CHECK_TRUE(step.error == protocol::ProtocolError::none && !step.more);
  out.resize(step.size);
  return out;
}

// Takes one whole frame off the front; empty if there is none.
std::string take_frame(std::string& bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 2) return {};
  uint64_t size = byte(1);
  size_t header = 2;
  if (size >= 126) {
    header = size == 126 ? 4 : 10;
    if (bytes.size() < header) return {};
    size = 0;
    for (size_t i = 2; i < header; ++i) size = size << 8 | byte(i);
  }
  if (bytes.size() < header + size) return {};
  const unsigned char first = byte(0);
  const std::string payload = bytes.substr(header, size);
  bytes.erase(0, header + size);
  switch (first) {
    case 0x81:
      return "text(" + payload + ")";
    case 0xC1:
      return "z(" + inflated(payload) + ")";
    case 0x82:
      return "binary(" + std::to_string(size) + ")";
    case 0x89:
      return "ping(" + payload + ")";
    case 0x8A:
      return "pong(" + payload + ")";
    case 0x88:
      break;
    default:
      return "?";
  }
  if (size < 2) return "close()";
  const unsigned code =
      static_cast<unsigned char>(payload[0]) * 256u + static_cast<unsigned char>(payload[1]);
  return "close(" + std::to_string(code) + "," + payload.substr(2) + ")";
}

}  // namespace

Peer Peer::connect(base::UniqueFd& server_end) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) std::abort();
  server_end.reset(pair[0]);
  Peer peer;
  peer.fd_.reset(pair[1]);
  return peer;
}

void Peer::send(std::string_view bytes) const {
  const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  CHECK_EQUAL(static_cast<ssize_t>(bytes.size()), sent);
}

std::string Peer::frames() {
  char buffer[16384];
  while (!ended_) {
    const ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) {
      ended_ = true;
    } else {
      bytes_.append(buffer, static_cast<size_t>(got));
    }
  }
  std::string words;
  for (std::string word = take_frame(bytes_); !word.empty(); word = take_frame(bytes_))
    words += (words.empty() ? "" : " ") + word;
  if (ended_) words += words.empty() ? "end" : " end";
  return words;
}

bool Peer::wait(int ms) const {
  pollfd poll_fd{fd_.get(), POLLIN, 0};
  return ::poll(&poll_fd, 1, ms) == 1;
}

void Peer::shut_down() const { ::shutdown(fd_.get(), SHUT_WR); }

}  // namespace ws::test
