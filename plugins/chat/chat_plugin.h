// The chat as the server sees it: options, handshake, sessions, and the wire form of what is
// published. README.md is its documentation.
#pragma once

#include <memory>
#include <wsp/plugin.hpp>

#include "services.h"

namespace chat {

class ChatPlugin final : public wsp::Plugin {
 public:
  static constexpr const auto& kOptions = kOptionTable;
  static constexpr const char* kSubprotocols[] = {"chat.v1"};
  static constexpr uint32_t kAccepts = WSP_ACCEPT_TEXT;
  static void check(const wsp::Config& config);

  ChatPlugin(wsp::Host host, const wsp::Config& config) : services_(host, config) {}

  void on_handshake(const wsp::Request& request, wsp::Answer& answer) override;
  std::unique_ptr<wsp::Session> open(wsp::Peer peer, const wsp::Request& request) override;
  void on_deliver(wsp::Delivery& delivery) override;
  void on_presence(const wsp::Member& member, bool joined, wsp::Delivery& announcement) override;
  void on_gap(wsp::Delivery& notice) override;

 private:
  Services services_;
};

}  // namespace chat
