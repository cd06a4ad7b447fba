// Bounds what waits for the slow peers of one loop: the largest queues go first.
#pragma once

#include <cstddef>

#include "base/once_per.h"
#include "net/event_loop.h"
#include "plugin/loop_context.h"

namespace ws::plugin {

// Made by any thread, works on the loop.
class SendMemory final : private net::TurnEnd {
 public:
  // limit: bytes of all queues together.
  SendMemory(LoopContext& context, size_t limit);
  ~SendMemory() override;
  SendMemory(const SendMemory&) = delete;
  SendMemory& operator=(const SendMemory&) = delete;

 private:
  void on_turn_end() override;
  void relieve();

  LoopContext& context_;
  const size_t limit_;
  base::OncePer lines_{60'000};
  size_t dropped_ = 0;  // sessions, since the last line
};

}  // namespace ws::plugin
