// What the configuration says of a session. Shared by all sessions of one Location.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/log.h"
#include "protocol/deflate_parameters.h"
#include "protocol/message_assembler.h"
#include "session/rate_limit.h"

namespace ws::session {

class EndLog;
class SessionHandler;

// WebSocketSlowClient: what becomes of a session whose send queue is full.
enum class SlowClient : uint8_t {
  close,        // it ends with 1013
  drop,         // it misses what comes now
  drop_oldest,  // what was published and waits goes first
  latest        // and of each stream only the newest message waits
};

struct SessionLimits {
  protocol::ReadLimits read{size_t{1} << 20, 4096};
  size_t send_queue = size_t{1} << 20;
  uint32_t ping_interval_ms = 25'000;  // 0: off
  uint32_t pong_timeout_ms = 10'000;
  uint32_t frame_timeout_ms = 30'000;
  uint32_t message_timeout_ms = 60'000;
  uint32_t close_timeout_ms = 5'000;
  uint32_t sign_in_timeout_ms = 0;  // of a session without a user; 0: off
  Rates rates;
  SlowClient slow_client = SlowClient::close;
  uint32_t max_subscriptions = 128;
  std::optional<protocol::DeflateSettings> deflate;  // none: no compression
  bool accepts_text = true;
  bool accepts_binary = true;

  bool operator==(const SessionLimits&) const = default;
};

// Outlives its sessions.
struct SessionSettings {
  SessionLimits limits;
  SessionHandler& handler;
  base::Log& log;
  std::string plugin_name;  // for the log
  uint32_t place = 0;       // of its Location in the statistics
  EndLog* ends = nullptr;   // or null: has a line about each end
};

}  // namespace ws::session
