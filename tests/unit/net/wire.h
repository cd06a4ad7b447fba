// A connection on a loop, the other end of its socket, and what it was told.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "net/connection.h"
#include "net/event_loop.h"
#include "support/fakes.h"

namespace ws::net::test {

// Everything public, and notes of all calls: "in(abc) drained finished broken fault(x)".
class TestConnection final : public Connection {
 public:
  using Connection::close_socket;
  using Connection::Connection;
  using Connection::drop_oldest;
  using Connection::drop_stream;
  using Connection::finish_output;
  using Connection::input_wanted;
  using Connection::is_closed;
  using Connection::open;
  using Connection::output_finished;
  using Connection::set_input_wanted;
  using Connection::try_flush;
  using Connection::waiting_bytes;
  using Connection::write;

  void on_fault(std::string_view what) noexcept override {
    add("fault(" + std::string(what) + ")");
  }

  std::string take() { return std::exchange(words, {}); }

  std::string words;
  // How many of the bytes are taken; all without it.
  std::function<size_t(std::string_view)> when_input;
  std::function<void()> when_drained;
  bool says_when_drained = false;

 private:
  size_t on_input(std::span<char> bytes) override;
  void on_input_end(End end) override { add(end == End::finished ? "finished" : "broken"); }
  void on_drained() override;
  void on_timer() override {}
  void add(const std::string& word) { words += (words.empty() ? "" : " ") + word; }
};

class Wire {
 public:
  // ssl: null without TLS.
  explicit Wire(SslPtr ssl = nullptr);
  ~Wire();

  void turn();
  void send(std::string_view bytes);
  // What the other end gets until now, also while the loop turns.
  std::string received();
  // Makes the kernel hold little towards the other end.
  void shrink() const;
  // The other end ends its side, or all.
  void shut_down() const;
  void hang_up() { peer.reset(); }

  ws::test::ManualClock clock;
  ws::test::LinesLog log;
  EventLoop loop{log, clock};
  base::UniqueFd peer;
  bool peer_at_end = false;
  std::unique_ptr<TestConnection> connection;

 private:
  int server_fd_ = -1;
};

}  // namespace ws::net::test
