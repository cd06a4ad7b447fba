// What a session may do.
#include "plugin/rights.h"

#include "channel/own_channel.h"

namespace ws::plugin {

namespace {

using channel::Who;

bool is_among(Who who, const Rights* rights) noexcept {
  return who == Who::all || (who == Who::user && rights && !rights->user.empty());
}

std::string_view user_of(const Rights* rights) noexcept {
  return rights ? std::string_view(rights->user) : std::string_view();
}

}  // namespace

bool may_subscribe(channel::ChannelRules rules, const Rights* rights,
                   std::string_view channel) noexcept {
  if (channel::is_of_users(channel)) return channel::is_own(channel, user_of(rights));
  return is_among(channel::who_subscribes(rules, channel), rights) &&
         (!rights || !rights->subscribe || rights->subscribe->match(channel));
}

bool may_publish(channel::ChannelRules rules, const Rights* rights,
                 std::string_view channel) noexcept {
  if (channel::is_kept_for(channel, user_of(rights))) return true;
  // Here the site speaks, and whom it names to speak for it.
  if (channel::is_of_users(channel))
    return channel::is_told(channel) && rights && rights->publish &&
           rights->publish->match(channel);
  return is_among(channel::who_publishes(rules, channel), rights) &&
         (!rights || !rights->publish || rights->publish->match(channel));
}

// Nobody is everybody.
bool may_subscribe_under(channel::ChannelRules rules, const Rights* rights,
                         std::string_view prefix) noexcept {
  return !channel::is_of_users(prefix) &&
         is_among(channel::who_subscribes_under(rules, prefix), rights) &&
         (!rights || !rights->subscribe || rights->subscribe->match_all_under(prefix));
}

}  // namespace ws::plugin
