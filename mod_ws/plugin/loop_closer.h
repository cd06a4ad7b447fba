// Ends one loop's sessions, over time, and tells when the last is gone.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "net/event_loop.h"
#include "plugin/loop_context.h"
#include "session/session.h"

namespace ws::plugin {

// Made by any thread, works on the loop.
class LoopCloser final : private net::Timer, private net::TurnEnd {
 public:
  // [main] on_empty: [loop] called at the end of a turn in which no session is left.
  LoopCloser(LoopContext& context, std::function<void()> on_empty);
  ~LoopCloser() override;

  // [loop] Begins a session; after begin() it is closed at once, for its peer has our 101 already.
  void admit(session::SessionStart start);
  // [loop] Closes the sessions that are there within spread_ms.
  void begin(uint16_t code, uint32_t spread_ms);
  // [loop] Ends what is left, now.
  void cut();

 private:
  void on_timer() override;
  void on_turn_end() override;

  LoopContext& context_;
  const std::function<void()> on_empty_;
  std::vector<session::SessionId> open_;  // still to be closed
  enum class Phase : uint8_t { serving, closing, cut };
  Phase phase_ = Phase::serving;
  uint16_t code_ = 0;
  uint64_t begin_ms_ = 0;
  uint32_t spread_ms_ = 0;
  size_t total_ = 0;
};

}  // namespace ws::plugin
