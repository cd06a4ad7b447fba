// Rules by channel name.
#include "channel/channel_rules.h"

#include <algorithm>

namespace ws::channel {

namespace {

const ChannelRule* rule_of(ChannelRules rules, std::string_view channel) noexcept {
  const auto found =
      std::ranges::find_if(rules, [&](const auto& rule) { return rule.pattern.matches(channel); });
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace

Who who_subscribes(ChannelRules rules, std::string_view channel) noexcept {
  const ChannelRule* const rule = rule_of(rules, channel);
  return rule ? rule->subscribe : Who::all;
}

Who who_publishes(ChannelRules rules, std::string_view channel) noexcept {
  const ChannelRule* const rule = rule_of(rules, channel);
  return rule ? rule->publish : Who::all;
}

std::optional<Keep> kept_by_rule(ChannelRules rules, std::string_view channel) noexcept {
  const ChannelRule* const rule = rule_of(rules, channel);
  return rule ? rule->keep : std::nullopt;
}

Who who_subscribes_under(ChannelRules rules, std::string_view prefix) noexcept {
  Who strictest = Who::all;
  for (const ChannelRule& rule : rules) {
    if (!rule.pattern.matches_some_under(prefix)) continue;
    strictest = std::max(strictest, rule.subscribe);
    if (rule.pattern.matches_all_under(prefix)) break;
  }
  return strictest;
}

}  // namespace ws::channel
