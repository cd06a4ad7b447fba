// Patterns of channel names.
#include "channel/channel_pattern.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace ws::channel;

TEST_GROUP(channel_pattern){static bool matches(std::string_view pattern, std::string_view channel){
    const auto parsed = ChannelPattern::parse(pattern);
CHECK_TRUE(parsed.has_value());
return parsed->matches(channel);
}
}
;

TEST(channel_pattern, IsANameOrABeginning) {
  CHECK_TRUE(matches("orders", "orders"));
  CHECK_FALSE(matches("orders", "orders.1"));
  CHECK_FALSE(matches("orders", "order"));
  CHECK_TRUE(matches("orders.*", "orders.1.eu"));
  CHECK_TRUE(matches("orders.*", "orders."));
  CHECK_FALSE(matches("orders.*", "orders"));
  CHECK_TRUE(matches("*", "anything"));
  CHECK_FALSE(matches("Orders", "orders"));
}

TEST(channel_pattern, RefusesWhatNoChannelMatches) {
  for (const char* bad : {"", "a*b", "**", "*a", "a b*", "a\n", "\xFF*"})
    CHECK_FALSE(ChannelPattern::parse(bad).has_value());
  CHECK_TRUE(ChannelPattern::parse(std::string(255, 'a') + "*").has_value());
  CHECK_FALSE(ChannelPattern::parse(std::string(256, 'a')).has_value());
}

TEST(channel_pattern, KnowsTheChannelsUnderAPrefix) {
  struct Row {
    const char *pattern, *prefix;
    bool all, some;
  };
  for (const Row& row :
       {Row{"orders.*", "orders.", true, true}, Row{"orders.*", "orders.eu.", true, true},
        Row{"orders.eu.*", "orders.", false, true}, Row{"orders.1", "orders.", false, true},
        Row{"orders.", "orders.", false, true}, Row{"*", "orders.", true, true},
        Row{"orders", "orders.", false, false}, Row{"news.*", "orders.", false, false}}) {
    const auto pattern = ChannelPattern::parse(row.pattern);
    CHECK_EQUAL(row.all, pattern->matches_all_under(row.prefix));
    CHECK_EQUAL(row.some, pattern->matches_some_under(row.prefix));
  }
}

TEST(channel_pattern, ListsAreSeparatedByBlanksOrCommas) {
  const auto list = ChannelPatterns::parse(" news , orders.*,\tuser:ann ");
  CHECK_TRUE(list.has_value());
  for (const char* in : {"news", "orders.1", "user:ann"}) CHECK_TRUE(list->match(in));
  for (const char* out : {"orders", "user:bob", "New"}) CHECK_FALSE(list->match(out));
  CHECK_TRUE(list->match_all_under("orders."));
  CHECK_FALSE(list->match_all_under("user:"));
}

TEST(channel_pattern, AnEmptyListIsNoChannel) {
  const auto list = ChannelPatterns::parse(" , ");
  CHECK_TRUE(list.has_value());
  CHECK_FALSE(list->match("a"));
  CHECK_FALSE(list->match_all_under("a."));
}

TEST(channel_pattern, ListsHaveALimit) {
  std::string list;
  for (size_t i = 0; i < ChannelPatterns::kMost; ++i) list += "a" + std::to_string(i) + " ";
  CHECK_TRUE(ChannelPatterns::parse(list).has_value());
  CHECK_FALSE(ChannelPatterns::parse(list + "b").has_value());
  CHECK_FALSE(ChannelPatterns::parse("a b*c").has_value());
}
