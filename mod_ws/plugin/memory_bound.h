// Bounds what the peers of one loop make it keep: those that take most are ended first.
#pragma once

#include <cstddef>

#include "base/once_per.h"
#include "net/event_loop.h"
#include "plugin/loop_context.h"

namespace ws::plugin {

// Made by any thread, works on the loop.
class MemoryBound final : private net::TurnEnd {
 public:
  // What is kept, and what becomes of a session that keeps too much of it.
  struct Kind {
    size_t (*all)(const LoopContext&) noexcept;
    size_t (*own)(const session::Session&) noexcept;
    void (*end)(session::Session&);
    const char* line;  // for the log, behind the number of those that were ended
  };
  static const Kind kSending;    // WebSocketSendMemory: what waits for slow peers
  static const Kind kReceiving;  // WebSocketReceiveMemory: messages that are not complete

  // limit: bytes of all sessions together.
  MemoryBound(LoopContext& context, const Kind& kind, size_t limit);
  ~MemoryBound() override;
  MemoryBound(const MemoryBound&) = delete;
  MemoryBound& operator=(const MemoryBound&) = delete;

 private:
  void on_turn_end() override;
  void relieve();

  LoopContext& context_;
  const Kind& kind_;
  const size_t limit_;
  base::OncePer lines_{60'000};
  size_t ended_ = 0;  // sessions, since the last line
};

}  // namespace ws::plugin
