// A session between a socket pair, a clock moved by hand and a handler that writes down.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "net/event_loop.h"
#include "session/session.h"
#include "session/session_table.h"

namespace ws::session::test {

struct ManualClock final : base::Clock {
  uint64_t ms = 1'000'000;
  [[nodiscard]] uint64_t now_ms() const noexcept override { return ms; }
};

struct LinesLog final : base::Log {
  std::vector<std::string> lines;
  [[nodiscard]] bool enabled(base::LogLevel) const noexcept override { return true; }
  void write(base::LogLevel, std::string_view line) noexcept override { lines.emplace_back(line); }
};

// Events as words: "open", "text(abc)", "drain", "close(1000,reason)".
class Recorder final : public SessionHandler {
 public:
  bool on_open(Session& session, const OpenRequest&) override;
  void on_message(Session& session, protocol::Opcode opcode, std::string_view payload) override;
  void on_drain(Session& session) override;
  void on_close(Session& session, uint16_t code, std::string_view reason) override;

  std::string take();

  Session* session = nullptr;  // while open
  bool accept = true;
  std::function<void(Session&)> when_opened;
  std::function<void(Session&, std::string_view)> when_message;

 private:
  void add(const std::string& word);
  std::string words_;
};

class Bench {
 public:
  explicit Bench(SessionLimits limits = {});
  ~Bench();

  // Opens the session; `early` came behind the handshake.
  void open(std::string early = {});
  // The peer sends, and the loop turns until it has nothing to do. Gives what does not go in.
  std::string_view send(std::string_view bytes);
  // What the peer gets until now.
  std::string received();
  // The same as frames: "text(abc) close(1000,reason) eof".
  std::string frames();
  void turn();
  // Moves the clock, in steps of the timers' resolution.
  void pass(uint64_t ms);
  void peer_ends() { peer_.reset(); }
  void peer_shuts_down();
  // Makes the kernel's buffers towards the peer small.
  void shrink_buffers();

  ManualClock clock;
  LinesLog log;
  net::EventLoop loop{log, clock};
  SessionTable table{loop, 7, 0};
  Recorder handler;
  SessionSettings settings;
  protocol::DeflateAgreement deflate;  // of the handshake

 private:
  base::UniqueFd ours_;
  base::UniqueFd peer_;
};

}  // namespace ws::session::test
