// WebSocketChannel: who may hear and speak in which channels, and what is kept there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "channel/bus.h"
#include "channel/channel_pattern.h"

namespace ws::channel {

// Ordered: each admits fewer than the one before.
enum class Who : uint8_t {
  all,
  user,  // whoever is signed in
  none
};

// One line.
struct ChannelRule {
  ChannelPattern pattern;
  Who subscribe = Who::all;
  Who publish = Who::all;
  std::optional<Keep> keep = {};  // when the publisher doesn't say it

  bool operator==(const ChannelRule&) const = default;
};

// The first that matches decides; without one everybody may, and nothing is kept.
using ChannelRules = std::span<const ChannelRule>;

[[nodiscard]] Who who_subscribes(ChannelRules rules, std::string_view channel) noexcept;
[[nodiscard]] Who who_publishes(ChannelRules rules, std::string_view channel) noexcept;
[[nodiscard]] std::optional<Keep> kept_by_rule(ChannelRules rules,
                                               std::string_view channel) noexcept;

// To all channels that begin with the prefix: whoever may hear each of them.
[[nodiscard]] Who who_subscribes_under(ChannelRules rules, std::string_view prefix) noexcept;

}  // namespace ws::channel
