// wsp/session.hpp - Session and Plugin: the classes that a plugin's author derives.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string_view>

#include "wsp/config.hpp"
#include "wsp/peer.hpp"
#include "wsp/presence.hpp"
#include "wsp/request.hpp"
#include "wsp/types.hpp"

namespace wsp {

// One connection, from its opening to its end. Overrides are [session]: always on the session's
// own thread, never two at once; they must not block. An exception that leaves one is logged and
// ends this session with 1011.
class Session {
 public:
  explicit Session(Peer peer) noexcept : peer_(peer) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  const Peer& peer() const noexcept { return peer_; }

  virtual void on_message(const Message&) = 0;
  virtual void on_drain() {}  // after Status::full: there is room again
  // The last call; the object is destroyed after it, whatever it throws. The peer is gone already.
  virtual void on_close(uint16_t /*code*/, std::string_view /*reason*/) {}

 private:
  Peer peer_;
};

// What a plugin keeps for one Location in one server process. Constructed as P(Host, const
// Config&), P(Host) or P(): an exception there makes the Location answer 503.
//
// A derived class may also have these, and the server then knows them before any of its code runs:
//   static constexpr wsp::Option kOptions[] = {{"history", "0-1000", "Messages kept per room."}};
//   static constexpr const char* kSubprotocols[] = {"chat.v1"};
//   static constexpr uint32_t kAccepts = WSP_ACCEPT_TEXT;
//   static void check(const wsp::Config&);  // throws std::invalid_argument: configtest refuses
class Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  // [session] The new connection's object. It may send at once. nullptr or an exception ends the
  // connection with 1011.
  virtual std::unique_ptr<Session> open(Peer, const Request&) = 0;

  // [worker] Calls overlap. Accepts unless answer.refuse() is called; an exception answers 500.
  virtual void on_handshake(const Request&, Answer&) {}

  // [loop] Gives a published message its wire form, once for all subscribers of this process.
  // An exception drops it here.
  virtual void on_deliver(Delivery&) {}

  // [loop] Somebody joined or left a channel (wsp::Presence). announcement.replace() says what the
  // channel's subscribers get; else they get nothing.
  virtual void on_presence(const Member&, bool /*joined*/, Delivery& /*announcement*/) {}

  // [loop] Subscribers of notice.channel(), a channel or a prefix, will not get something that was
  // published to it, up to notice.position(): this process fell too far behind. What
  // notice.replace() says goes to them; else they are told nothing. They can get what they missed
  // from the channel's history, by their own last position. A host of ABI 1.0 never calls this.
  virtual void on_gap(Delivery& /*notice*/) {}

  // [loop] This process begins to shut down: its sessions will be closed soon.
  virtual void on_stopping() {}
};

// The plugin that keeps nothing but its sessions: S(Peer) or S(Peer, const Request&). The three
// constants above may stand in S. Make S final, and its on_message is called without detour.
template <class S>
class SessionsOf final : public Plugin {
 public:
  using SessionType = S;

  std::unique_ptr<Session> open(Peer peer, [[maybe_unused]] const Request& request) override {
    if constexpr (std::constructible_from<S, Peer, const Request&>) {
      return std::make_unique<S>(peer, request);
    } else {
      return std::make_unique<S>(peer);
    }
  }
};

}  // namespace wsp
