// What a session may do: whose it is, the channels that its sign-in allows, until when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "channel/channel_rules.h"

namespace ws::plugin {

struct Rights {
  std::string user = {};                                   // empty: a guest
  std::optional<channel::ChannelPatterns> subscribe = {};  // none: no limit beyond the rules
  std::optional<channel::ChannelPatterns> publish = {};    // as above
  int64_t expires_ms = 0;                                  // since 1970, UTC; 0: never

  // A guest without limits: what a session may do that has no rights at all.
  [[nodiscard]] bool are_plain() const noexcept {
    return user.empty() && !subscribe && !publish && expires_ms == 0;
  }
};

// Who it is, from the handshake. Rights stay with the session; the rest is for the plugin.
struct Identity {
  Rights rights = {};
  std::string display_name = {};  // for people; UTF-8
  std::string data = {};          // as the site gave it
};

// rights: null for plain ones. channel, prefix: valid.
[[nodiscard]] bool may_subscribe(channel::ChannelRules rules, const Rights* rights,
                                 std::string_view channel) noexcept;
[[nodiscard]] bool may_publish(channel::ChannelRules rules, const Rights* rights,
                               std::string_view channel) noexcept;
// To every channel that begins so.
[[nodiscard]] bool may_subscribe_under(channel::ChannelRules rules, const Rights* rights,
                                       std::string_view prefix) noexcept;

}  // namespace ws::plugin
