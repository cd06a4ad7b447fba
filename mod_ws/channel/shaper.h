// How a group of subscribers wants its messages. plugin/plugin_instance implements it.
#pragma once

#include <string>
#include <string_view>

#include "channel/bus.h"

namespace ws::channel {

// What goes over the wire. The payload is borrowed from the event, or from `own`.
struct WireMessage {
  protocol::MessageType type;
  std::string_view payload;
  std::string own;
};

// One for all sessions of a Location.
class Shaper {
 public:
  // [loop] Once per event and loop, if sessions of this shaper are in the channel. `wire` is the
  // event's own content, to be changed or not; text must be UTF-8. False: nothing is sent.
  [[nodiscard]] virtual bool shape(const Event& event, WireMessage& wire) noexcept = 0;

  // [loop] Whether its sessions may go on when they missed something there; else they are closed
  // with 1013, and come back.
  [[nodiscard]] virtual bool may_miss(std::string_view channel) const noexcept {
    (void)channel;
    return true;
  }

 protected:
  ~Shaper() = default;
};

}  // namespace ws::channel
