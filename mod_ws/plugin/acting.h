// Whose callback runs on a loop: what it publishes counts as that session's.
#pragma once

#include <utility>

#include "session/session_table.h"

namespace ws::plugin {

// [loop] For as long as this lives. slot: LoopContext::acting; 0: nobody's callback.
class Acting {
 public:
  Acting(session::SessionId& slot, session::SessionId id) noexcept
      : slot_(slot), outer_(std::exchange(slot, id)) {}
  ~Acting() { slot_ = outer_; }
  Acting(const Acting&) = delete;
  Acting& operator=(const Acting&) = delete;

 private:
  session::SessionId& slot_;
  const session::SessionId outer_;
};

}  // namespace ws::plugin
