// A session between a socket pair, a clock moved by hand and a handler that writes down.
#include "session_bench.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <memory>

namespace ws::session::test {

namespace {

constexpr int kEnoughTurns = 8;

std::string describe_frame(std::string_view bytes, size_t& used) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  size_t size = byte(1);
  size_t header = 2;
  if (size == 126) {
    size = static_cast<size_t>(byte(2)) << 8 | byte(3);
    header = 4;
  } else if (size == 127) {
    size = 0;
    for (size_t i = 2; i < 10; ++i) size = size << 8 | byte(i);
    header = 10;
  }
  used = header + size;
  const std::string payload(bytes.substr(header, size));
  switch (byte(0)) {
    case 0x81:
      return "text(" + payload + ")";
    case 0x82:
      return "binary(" + std::to_string(size) + ")";
    case 0x89:
      return "ping(" + payload + ")";
    case 0x8a:
      return "pong(" + payload + ")";
    case 0x88:
      break;
    default:
      return "?" + std::to_string(byte(0));
  }
  if (size < 2) return "close()";
  const unsigned code =
      static_cast<unsigned char>(payload[0]) * 256u + static_cast<unsigned char>(payload[1]);
  return "close(" + std::to_string(code) + "," + payload.substr(2) + ")";
}

struct NoRequest final : OpenRequest {};

}  // namespace

bool Recorder::on_open(Session& opened, const OpenRequest&) {
  add("open");
  session = &opened;
  if (when_opened) when_opened(opened);
  return accept;
}

void Recorder::on_message(Session& from, protocol::Opcode opcode, std::string_view payload) {
  add(opcode == protocol::Opcode::text ? "text(" + std::string(payload) + ")"
                                       : "binary(" + std::to_string(payload.size()) + ")");
  if (when_message) when_message(from, payload);
}

void Recorder::on_drain(Session&) { add("drain"); }

void Recorder::on_close(Session&, uint16_t code, std::string_view reason) {
  add("close(" + std::to_string(code) + "," + std::string(reason) + ")");
  session = nullptr;
}

void Recorder::add(const std::string& word) { words_ += (words_.empty() ? "" : " ") + word; }

std::string Recorder::take() { return std::exchange(words_, {}); }

Bench::Bench(SessionLimits limits) : settings{limits, handler, log, "recorder"} {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) std::abort();
  ours_.reset(pair[0]);
  peer_.reset(pair[1]);
}

Bench::~Bench() {
  if (handler.session) handler.session->drop("the test ends");
  peer_.reset();
  for (int i = 0; i < kEnoughTurns; ++i) turn();
  pass(settings.limits.close_timeout_ms + 100);
}

void Bench::open(std::string early) {
  SessionStart start;
  start.fd = std::move(ours_);
  start.settings = &settings;
  start.request = std::make_unique<NoRequest>();
  start.early = std::move(early);
  start.deflate = deflate;
  start.user = "ann";
  start.remote_ip = "192.0.2.7";
  loop.run_once(0);
  Session::begin(table, std::move(start));
  turn();
}

void Bench::turn() { loop.run_once(0); }

std::string_view Bench::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(peer_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
    turn();
    if (sent < 0) break;
  }
  for (int i = 0; i < kEnoughTurns; ++i) turn();
  return bytes;
}

std::string Bench::received() {
  std::string all;
  char buffer[65536];
  for (;;) {
    turn();
    const ssize_t got = ::recv(peer_.get(), buffer, sizeof buffer, 0);
    if (got == 0) return all + "\xff";
    if (got < 0) return all;
    all.append(buffer, static_cast<size_t>(got));
  }
}

std::string Bench::frames() {
  const std::string bytes = received();
  std::string words;
  for (size_t at = 0; at < bytes.size();) {
    size_t used = 1;
    const bool end = bytes[at] == '\xff';
    const std::string word = end ? "eof" : describe_frame(std::string_view(bytes).substr(at), used);
    words += (words.empty() ? "" : " ") + word;
    at += used;
  }
  return words;
}

void Bench::pass(uint64_t ms) {
  constexpr uint64_t kStep = net::TimerWheel::kSlotMs;
  for (uint64_t passed = 0; passed < ms; passed += kStep) {
    clock.ms += std::min(kStep, ms - passed);
    turn();
  }
  turn();
}

void Bench::peer_shuts_down() {
  ::shutdown(peer_.get(), SHUT_WR);
  for (int i = 0; i < kEnoughTurns; ++i) turn();
}

void Bench::shrink_buffers() {
  const int size = 4096;
  ::setsockopt(ours_.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

}  // namespace ws::session::test
