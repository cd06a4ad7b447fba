// Ends one loop's sessions, over time, and tells when the last is gone.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "net/event_loop.h"
#include "plugin/engine.h"
#include "plugin/loop_context.h"
#include "session/session.h"

namespace ws::plugin {

// Made by any thread, works on the loop.
class LoopCloser final : private net::Timer, private net::TurnEnd {
 public:
  // [main] on_empty: [loop] called at the end of a turn in which no session is left.
  LoopCloser(LoopContext& context, std::function<void()> on_empty);
  ~LoopCloser() override;

  // [loop] Begins a session. After begin() it is closed as the last: its peer has our 101 already.
  void admit(session::SessionStart start);
  // [loop] Closes the sessions that are there by the plan, in no order, and cuts who is left then.
  // What waits for a peer leaves before its Close. Only the first call counts.
  void begin(const StopPlan& plan);
  // [any] Also in a signal's handler: closes at once who is not closed yet, and cuts after the
  // wait.
  void hurry(uint16_t code, uint32_t wait_ms) noexcept;
  // [loop] Ends what is left, now.
  void cut();

 private:
  void on_timer() override;
  void on_turn_end() override;
  void take_hurry();
  void close_until(size_t left);

  LoopContext& context_;
  const std::function<void()> on_empty_;
  std::vector<session::SessionId> open_;  // still to be closed, the last first
  enum class Phase : uint8_t { serving, closing, cut };
  Phase phase_ = Phase::serving;
  StopPlan plan_;
  uint64_t begin_ms_ = 0;
  size_t total_ = 0;
  std::atomic<uint64_t> hurry_ = 0;  // its code and wait; 0: none
};

}  // namespace ws::plugin
