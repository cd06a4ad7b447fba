// What a session may do: rules, its own limits, and users' channels.
#include "plugin/rights.h"

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws;
using namespace ws::plugin;
using channel::ChannelPattern;
using channel::ChannelPatterns;
using channel::Who;

TEST_GROUP(rights) {
  const std::vector<channel::ChannelRule> rules = {
      {*ChannelPattern::parse("orders.*"), Who::user, Who::none},
      {*ChannelPattern::parse("closed.*"), Who::none, Who::user}};
  Rights ann{.user = "ann"};
};

TEST(rights, OfAGuestAreThoseOfTheRules) {
  CHECK_TRUE(may_subscribe(rules, nullptr, "news"));
  CHECK_FALSE(may_subscribe(rules, nullptr, "orders.1"));
  CHECK_FALSE(may_publish(rules, nullptr, "closed.1"));
  CHECK_TRUE(may_subscribe_under(rules, nullptr, "news."));
  CHECK_FALSE(may_subscribe_under(rules, nullptr, "orders."));
  const Rights guest{.expires_ms = 1};
  CHECK_FALSE(may_subscribe(rules, &guest, "orders.1"));
}

TEST(rights, OfAUserAreThoseOfTheRules) {
  CHECK_TRUE(may_subscribe(rules, &ann, "orders.1"));
  CHECK_FALSE(may_publish(rules, &ann, "orders.1"));
  CHECK_FALSE(may_subscribe(rules, &ann, "closed.1"));
  CHECK_TRUE(may_publish(rules, &ann, "closed.1"));
  CHECK_TRUE(may_subscribe_under(rules, &ann, "orders."));
}

TEST(rights, MayBeLessThanTheRulesAllow) {
  ann.subscribe = ChannelPatterns::parse("orders.1 news.* user:ann");
  ann.publish = ChannelPatterns::parse("");
  CHECK_TRUE(may_subscribe(rules, &ann, "orders.1"));
  CHECK_FALSE(may_subscribe(rules, &ann, "orders.2"));
  CHECK_FALSE(may_subscribe_under(rules, &ann, "orders."));
  CHECK_TRUE(may_subscribe_under(rules, &ann, "news."));
  CHECK_FALSE(may_publish(rules, &ann, "closed.1"));
  CHECK_FALSE(may_publish(rules, &ann, "anything"));
  CHECK_FALSE(may_subscribe({}, &ann, "closed.1"));
}

TEST(rights, AUsersChannelIsNobodyElses) {
  CHECK_TRUE(may_subscribe({}, &ann, "user:ann"));
  CHECK_FALSE(may_subscribe({}, &ann, "user:bob"));
  CHECK_FALSE(may_subscribe({}, nullptr, "user:ann"));
  CHECK_FALSE(may_subscribe_under({}, &ann, "user:"));
  CHECK_FALSE(may_subscribe_under({}, &ann, "user:ann."));
  for (const char* channel : {"user:bob", "user:ann", "own:notifications:bob"})
    CHECK_FALSE(may_publish({}, &ann, channel));
  CHECK_TRUE(may_publish({}, &ann, "own:notifications:ann"));
  CHECK_FALSE(may_publish({}, nullptr, "user:ann"));
  ann.publish = ChannelPatterns::parse("user:* own:*");
  CHECK_TRUE(may_publish({}, &ann, "user:bob"));
  CHECK_FALSE(may_publish({}, &ann, "own:notifications:bob"));
  CHECK_FALSE(may_subscribe({}, &ann, "own:notifications:bob"));
  CHECK_FALSE(may_subscribe_under({}, &ann, "own:notifications:"));
  // No limit of a token's makes it his.
  ann.subscribe = ChannelPatterns::parse("*");
  CHECK_FALSE(may_subscribe({}, &ann, "user:bob"));
}

TEST(rights, NothingTakesAUsersOwnChannelsAway) {
  const std::vector<channel::ChannelRule> closed = {
      {*ChannelPattern::parse("*"), Who::none, Who::none}};
  ann.subscribe = ChannelPatterns::parse("news");
  ann.publish = ChannelPatterns::parse("");
  CHECK_TRUE(may_subscribe(closed, &ann, "user:ann"));
  CHECK_TRUE(may_subscribe(closed, &ann, "own:notifications:ann"));
  CHECK_TRUE(may_publish(closed, &ann, "own:notifications:ann"));
  CHECK_FALSE(may_publish(closed, &ann, "own:notifications:bob"));
  CHECK_FALSE(may_publish(closed, &ann, "user:ann"));
}

TEST(rights, OfAGuestWithoutLimitsArePlain) {
  CHECK_TRUE(Rights{}.are_plain());
  CHECK_FALSE(ann.are_plain());
  CHECK_FALSE(Rights{.expires_ms = 1}.are_plain());
  CHECK_FALSE(Rights{.publish = ChannelPatterns::parse("a")}.are_plain());
}
