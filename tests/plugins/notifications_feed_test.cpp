// What stands in one channel: order, keys, bounds, expiry.
#include <string>

#include "feed.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

using notifications::Feed;
using notifications::Notification;

namespace {

Feed::Added add(Feed& feed, std::uint64_t offset, const std::string& key = "",
                std::int64_t lifetime_ms = 0, bool read = false) {
  Notification said;
  said.title = "x";
  said.key = key;
  said.lifetime_ms = lifetime_ms;
  return feed.add(said, {7, offset}, 1000, read);
}

std::string standing(const Feed& feed) {
  std::string all;
  for (const Feed::Entry& entry : feed.entries()) all += feed.id_of(entry.offset) + " ";
  return all;
}

}  // namespace

TEST_GROUP(NotificationsFeed) { Feed feed{"news", 3}; };

TEST(NotificationsFeed, KnowsWhatStandsInItsOrder) {
  CHECK(add(feed, 5).is_new);
  CHECK(add(feed, 2).is_new);
  CHECK(!add(feed, 5).is_new);
  STRCMP_EQUAL("7-2@news 7-5@news ", standing(feed).c_str());
  LONGS_EQUAL(2, feed.unread());
  LONGS_EQUAL(5, feed.position().offset);
}

TEST(NotificationsFeed, TheNewerOfAKeyStands) {
  add(feed, 1, "order");
  const auto added = add(feed, 2, "order");
  CHECK(added.is_new);
  LONGS_EQUAL(1, added.gone.size());
  LONGS_EQUAL(1, added.gone[0]);
  add(feed, 4, "order");
  CHECK(!add(feed, 3, "order").is_new);  // comes late
  STRCMP_EQUAL("7-4@news ", standing(feed).c_str());
  add(feed, 5, "bill");
  add(feed, 6);
  add(feed, 7);
  STRCMP_EQUAL("7-5@news 7-6@news 7-7@news ", standing(feed).c_str());
}

TEST(NotificationsFeed, HoldsNoMoreThanItShall) {
  for (std::uint64_t offset = 2; offset <= 4; ++offset) CHECK(add(feed, offset).gone.empty());
  const auto fourth = add(feed, 5);
  CHECK(fourth.is_new);
  LONGS_EQUAL(2, fourth.gone[0]);
  const auto too_old = add(feed, 1);
  CHECK(!too_old.is_new);
  STRCMP_EQUAL("7-3@news 7-4@news 7-5@news ", standing(feed).c_str());
}

TEST(NotificationsFeed, ExpiresAtItsTimeAndNotBefore) {
  add(feed, 1, "", 500);
  add(feed, 2, "", 900);
  add(feed, 3);
  LONGS_EQUAL(1500, feed.next_expiry_ms());
  CHECK(feed.expire(1499).empty());
  const auto ids = feed.expire(1500);
  LONGS_EQUAL(1, ids.size());
  STRCMP_EQUAL("7-1@news", ids[0].c_str());
  LONGS_EQUAL(1900, feed.next_expiry_ms());
}

TEST(NotificationsFeed, MarksWhatWasUnread) {
  add(feed, 1);
  add(feed, 2, "", 0, true);
  add(feed, 3);
  const auto ids = feed.mark_read([](std::uint64_t offset) { return offset <= 2; });
  LONGS_EQUAL(1, ids.size());
  STRCMP_EQUAL("7-1@news", ids[0].c_str());
  LONGS_EQUAL(1, feed.unread());
}

TEST(NotificationsFeed, AnotherEpochBeginsAnew) {
  add(feed, 5);
  Notification said;
  CHECK(feed.add(said, {8, 1}, 1000, false).is_new);
  STRCMP_EQUAL("8-1@news ", standing(feed).c_str());
}
