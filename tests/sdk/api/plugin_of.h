// What the tests of the C++ API share: plugins made of lambdas, on a fake host.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <wsp/plugin.hpp>
#include <wsp/testing/fake_host.hpp>

namespace sdk_test {

using wsp::testing::FakeClient;
using wsp::testing::FakeHost;
using wsp::testing::SlowClient;
using Texts = std::vector<std::string>;

struct Room;

// Calls what its Room says.
class RoomSession final : public wsp::Session {
 public:
  RoomSession(wsp::Peer peer, Room& room) : Session(peer), room_(room) { ++living; }
  ~RoomSession() override { --living; }
  void on_message(const wsp::Message& m) override;
  void on_drain() override;
  void on_close(uint16_t code, std::string_view reason) override;

  wsp::Timer timer;
  static inline int living = 0;

 private:
  Room& room_;
};

// The functions of one test. Set before the plugin is created.
struct Script {
  std::function<void(Room&)> create = [](Room&) {};
  std::function<void(const wsp::Request&, wsp::Answer&)> handshake = [](const auto&, auto&) {};
  std::function<void(RoomSession&, Room&, const wsp::Request&)> open = [](auto&, auto&, auto&) {};
  std::function<void(RoomSession&, Room&, std::string_view)> message = [](auto&, auto&, auto) {};
  std::function<void(RoomSession&)> drain = [](auto&) {};
  std::function<void(RoomSession&, uint16_t, std::string_view)> close = [](auto&, auto, auto) {};
  std::function<void(wsp::Delivery&)> deliver = [](auto&) {};
  std::function<void(const wsp::Member&, bool, wsp::Delivery&)> presence = [](auto&, auto, auto&) {
  };
  std::function<void(wsp::Delivery&)> gap = [](auto&) {};
  std::function<void()> stopping = [] {};
};

struct Room : wsp::Plugin {
  explicit Room(wsp::Host h)
      : host(h), timers(h), work(h), history(h), presence(h), prefixes(h), users(h), identity(h) {
    script->create(*this);
  }
  std::unique_ptr<wsp::Session> open(wsp::Peer peer, const wsp::Request& request) override {
    auto session = std::make_unique<RoomSession>(peer, *this);
    script->open(*session, *this, request);
    return session;
  }
  void on_handshake(const wsp::Request& r, wsp::Answer& a) override { script->handshake(r, a); }
  void on_deliver(wsp::Delivery& d) override { script->deliver(d); }
  void on_presence(const wsp::Member& m, bool joined, wsp::Delivery& d) override {
    script->presence(m, joined, d);
  }
  void on_gap(wsp::Delivery& d) override { script->gap(d); }
  void on_stopping() override { script->stopping(); }

  wsp::Host host;
  wsp::Timers timers;
  wsp::Work work;
  wsp::History history;
  wsp::Presence presence;
  wsp::Prefixes prefixes;
  wsp::Users users;
  wsp::Identity identity;
  wsp::Timer timer;
  static inline Script* script = nullptr;
};

inline void RoomSession::on_message(const wsp::Message& m) {
  Room::script->message(*this, room_, m.payload());
}
inline void RoomSession::on_drain() { Room::script->drain(*this); }
inline void RoomSession::on_close(uint16_t code, std::string_view reason) {
  Room::script->close(*this, code, reason);
}

// A fake host with a Room that plays the script.
struct Stage {
  Stage() { Room::script = &script; }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() {
    host.destroy();
    Room::script = nullptr;
  }

  static constexpr wsp_plugin kTable = wsp::table<Room>("room");
  Script script;
  FakeHost host{kTable};
};

}  // namespace sdk_test
