// Several sessions on one loop that use channels, each with a peer at the other end.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "channel/fan_out.h"
#include "channel/local_bus.h"
#include "session/session.h"
#include "session/session_table.h"
#include "support/fakes.h"
#include "support/peer.h"

namespace ws::channel::test {

// Says in the first letters which group got it: "A:payload".
class TestShaper final : public Shaper {
 public:
  explicit TestShaper(std::string mark = {}) : mark_(std::move(mark)) {}
  [[nodiscard]] bool shape(const Event& event, WireMessage& wire) noexcept override {
    ++calls;
    if (when_called) when_called(event);
    if (drops) return false;
    if (event.kind != Event::Kind::message) {
      wire.own = (event.kind == Event::Kind::joined ? "+" : "-") + event.member->key;
      wire.payload = wire.own;
    } else if (!mark_.empty()) {
      wire.own = mark_ + ":" + std::string(event.payload.view());
      wire.payload = wire.own;
    }
    return true;
  }

  int calls = 0;
  bool drops = false;
  std::function<void(const Event&)> when_called;

 private:
  const std::string mark_;
};

class Hall;

// One session and its client.
class Guest {
 public:
  Guest(Hall& hall, Shaper& shaper);

  void subscribe(std::string_view channel);
  void subscribe(std::string_view channel, const HistoryQuery& query);
  void unsubscribe(std::string_view channel);
  void enter(std::string_view channel, std::string_view key, std::string_view info = {});
  void leave(std::string_view channel);

  // What the client got since the last call.
  std::string got() { return peer.frames(); }
  // The client vanishes.
  void vanish();

  ws::test::Peer peer;
  session::Session* session = nullptr;  // null when it has ended
  std::unique_ptr<Subscriber> subscriber;
  std::string history;  // answers, in words

 private:
  Hall& hall_;
};

class Hall final : public session::SessionHandler {
 public:
  Hall();
  explicit Hall(std::unique_ptr<Bus> bus);
  ~Hall() override;

  Guest& guest() { return guest(shaper); }
  Guest& guest(Shaper& own);
  void publish(std::string_view channel, std::string_view payload, session::SessionId except = 0,
               const std::optional<Keep>& keep = std::nullopt);
  // Turns until nothing is left to do.
  void turn();

  ws::test::ManualClock clock;
  ws::test::LinesLog log;
  net::EventLoop loop{log, clock};
  session::SessionTable table{loop, 1, 0};
  std::unique_ptr<Bus> bus;
  FanOut fan_out;
  TestShaper shaper;
  session::SessionSettings settings{{}, *this, log, "hall"};
  std::deque<Guest> guests;
  Guest* arriving = nullptr;
  protocol::DeflateAgreement deflate;  // of those who come

 private:
  bool on_open(session::Session& session, const session::OpenRequest&) override;
  void on_message(session::Session&, protocol::Opcode, std::string_view) override {}
  void on_drain(session::Session&) override {}
  void on_close(session::Session& session, uint16_t, std::string_view) override;
};

}  // namespace ws::channel::test
