// WebSocketChannel's rules.
#include "channel/channel_rules.h"

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws::channel;

TEST_GROUP(channel_rules) {
  static ChannelRule rule(const char* pattern, Who subscribe, Who publish = Who::all,
                          std::optional<Keep> keep = {}) {
    return {*ChannelPattern::parse(pattern), subscribe, publish, keep};
  }
  const std::vector<ChannelRule> rules = {
      rule("orders.public", Who::all, Who::none),
      rule("orders.*", Who::user, Who::none, Keep{50, 1000}),
      rule("orders.secret", Who::none),
      rule("staff.only", Who::none),
  };
};

TEST(channel_rules, TheFirstThatMatchesDecides) {
  CHECK_TRUE(who_subscribes(rules, "orders.public") == Who::all);
  CHECK_TRUE(who_subscribes(rules, "orders.secret") == Who::user);
  CHECK_TRUE(who_publishes(rules, "orders.1") == Who::none);
  CHECK_TRUE(kept_by_rule(rules, "orders.1") == Keep({50, 1000}));
  CHECK_FALSE(kept_by_rule(rules, "orders.public").has_value());
}

TEST(channel_rules, WithoutOneEverybodyMay) {
  CHECK_TRUE(who_subscribes(rules, "news") == Who::all);
  CHECK_TRUE(who_publishes({}, "news") == Who::all);
  CHECK_FALSE(kept_by_rule(rules, "news").has_value());
}

TEST(channel_rules, APrefixIsAsStrictAsItsStrictestChannel) {
  CHECK_TRUE(who_subscribes_under(rules, "orders.") == Who::user);
  CHECK_TRUE(who_subscribes_under(rules, "orders.eu.") == Who::user);
  CHECK_TRUE(who_subscribes_under(rules, "staff.") == Who::none);
  CHECK_TRUE(who_subscribes_under(rules, "news.") == Who::all);
}
