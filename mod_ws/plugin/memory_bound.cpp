// Bounds what the peers of one loop make it keep.
#include "plugin/memory_bound.h"

#include <algorithm>
#include <string>
#include <vector>

namespace ws::plugin {

using session::Session;

const MemoryBound::Kind MemoryBound::kSending{
    .all = [](const LoopContext& context) noexcept { return context.loop.waiting_bytes(); },
    .own = [](const Session& session) noexcept { return session.queued_bytes(); },
    .end = [](Session& session) { session.drop("too slow, and the process has no room for more"); },
    .line =
        " slow clients were cut off: what waits for all clients of this process takes more "
        "than WebSocketSendMemory"};

const MemoryBound::Kind MemoryBound::kReceiving{
    .all = [](const LoopContext& context) noexcept { return context.table.received_bytes(); },
    .own = [](const Session& session) noexcept { return session.received_bytes(); },
    .end =
        [](Session& session) {
          session.give_up_message("the process has no room for the rest of its message");
        },
    .line =
        " clients were closed with 1013: the unfinished messages of all clients of this "
        "process take more than WebSocketReceiveMemory"};

MemoryBound::MemoryBound(LoopContext& context, const Kind& kind, size_t limit)
    : context_(context), kind_(kind), limit_(limit) {
  context_.loop.add_turn_end(*this);
}

MemoryBound::~MemoryBound() { context_.loop.remove_turn_end(*this); }

void MemoryBound::on_turn_end() {
  if (kind_.all(context_) > limit_) relieve();
}

// So far below the limit that it need not be done in each turn.
void MemoryBound::relieve() {
  struct Share {
    size_t bytes;
    session::SessionId session;
  };
  std::vector<Share> shares;
  context_.table.for_each([&](const Session& session) {
    if (const size_t bytes = kind_.own(session); bytes > 0) shares.push_back({bytes, session.id()});
  });
  std::ranges::sort(shares, std::ranges::greater(), &Share::bytes);
  for (const Share& share : shares) {
    if (kind_.all(context_) <= limit_ / 8 * 7) break;
    Session* const session = context_.table.find(share.session);
    if (!session) continue;
    kind_.end(*session);
    ++ended_;
  }
  if (!lines_.is_due(context_.loop.now_ms())) return;
  context_.loop.log().write(base::LogLevel::warning, std::to_string(ended_) + kind_.line);
  ended_ = 0;
}

}  // namespace ws::plugin
