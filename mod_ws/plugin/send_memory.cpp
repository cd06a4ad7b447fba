// Bounds what waits for the slow peers of one loop.
#include "plugin/send_memory.h"

#include <algorithm>
#include <string>
#include <vector>

namespace ws::plugin {

SendMemory::SendMemory(LoopContext& context, size_t limit) : context_(context), limit_(limit) {
  context_.loop.add_turn_end(*this);
}

SendMemory::~SendMemory() { context_.loop.remove_turn_end(*this); }

void SendMemory::on_turn_end() {
  if (context_.loop.waiting_bytes() > limit_) relieve();
}

// So far below the limit that it need not be done in each turn.
void SendMemory::relieve() {
  struct Queue {
    size_t bytes;
    session::SessionId session;
  };
  std::vector<Queue> queues;
  context_.table.for_each([&](const session::Session& session) {
    if (session.queued_bytes() > 0) queues.push_back({session.queued_bytes(), session.id()});
  });
  std::ranges::sort(queues, std::ranges::greater(), &Queue::bytes);
  for (const Queue& queue : queues) {
    if (context_.loop.waiting_bytes() <= limit_ / 8 * 7) break;
    session::Session* const session = context_.table.find(queue.session);
    if (!session) continue;
    session->drop("too slow, and the process has no room for more");
    ++dropped_;
  }
  if (!lines_.is_due(context_.loop.now_ms())) return;
  context_.loop.log().write(base::LogLevel::warning,
                            std::to_string(dropped_) +
                                " slow clients were cut off: what waits for all clients of this "
                                "process takes more than WebSocketSendMemory");
  dropped_ = 0;
}

}  // namespace ws::plugin
