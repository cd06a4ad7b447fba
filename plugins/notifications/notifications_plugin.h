// The notifications as the server sees them: options, handshake, sessions, and the wire form of
// what is published. README.md is their documentation.
#pragma once

#include <memory>
#include <wsp/plugin.hpp>

#include "services.h"

namespace notifications {

class NotificationsPlugin : public wsp::Plugin {
 public:
  static constexpr const auto& kOptions = kOptionTable;
  static constexpr const char* kSubprotocols[] = {"notifications.v1"};
  static constexpr uint32_t kAccepts = WSP_ACCEPT_TEXT;
  static void check(const wsp::Config& config);

  NotificationsPlugin(wsp::Host host, const wsp::Config& config, Clock clock = wall_clock_ms)
      : services_(host, config, clock) {}

  void on_handshake(const wsp::Request& request, wsp::Answer& answer) override;
  std::unique_ptr<wsp::Session> open(wsp::Peer peer, const wsp::Request& request) override;
  void on_deliver(wsp::Delivery& delivery) override;
  void on_gap(wsp::Delivery& notice) override;

 private:
  Services services_;
};

}  // namespace notifications
