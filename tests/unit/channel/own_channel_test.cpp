// The channels of users: whose one is.
#include "channel/own_channel.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;

TEST_GROUP(own_channel){};

TEST(own_channel, IsNobodyElses) {
  for (const char* channel : {"user:ann", "own:notifications:ann"}) {
    CHECK_TRUE(is_own(channel, "ann"));
    CHECK_FALSE(is_anothers(channel, "ann"));
    for (const char* other : {"bob", "ann2", "an", "Ann", ""}) {
      CHECK_FALSE(is_own(channel, other));
      CHECK_TRUE(is_anothers(channel, other));
    }
  }
  for (const char* channel : {"user:", "own:", "own:notifications", "own:notifications:"})
    CHECK_TRUE(is_anothers(channel, ""));
  for (const char* channel : {"users", "news", "owner:ann", "chat:user:ann"})
    CHECK_FALSE(is_anothers(channel, ""));
}

TEST(own_channel, HoldsTheNameEncoded) {
  CHECK_TRUE(is_own("user:Ann%20Lee", "Ann Lee"));
  CHECK_TRUE(is_own("user:100%25", "100%"));
  CHECK_FALSE(is_own("user:100%", "100%"));
  CHECK_TRUE(is_own("user:a\xC3\xA9", "a\xC3\xA9"));
  CHECK_TRUE(is_own("user:a%0Ab", "a\nb"));
  CHECK_FALSE(is_own("user:a%0ab", "a\nb"));
}

TEST(own_channel, OfAUserIsThatUsers) {
  STRCMP_EQUAL("user:Ann%20Lee", own_channel("Ann Lee").c_str());
  for (const char* user : {"ann", "Ann Lee", "100%", "a\xC3\xA9", "a\nb", "a:b", "\x7F"}) {
    CHECK_TRUE(is_own(own_channel(user), user));
    CHECK_TRUE(is_told(own_channel(user)));
  }
  CHECK_FALSE(is_told("own:notifications:ann"));
}

TEST(own_channel, NoNameReachesIntoAnothers) {
  CHECK_TRUE(is_own("own:x:a:b", "a:b"));
  CHECK_FALSE(is_own("own:x:a:b", "b"));
  CHECK_FALSE(is_own("own:x:a", "x:a"));
}

TEST(own_channel, KeptForOneIsOnlyWhatAPluginKeeps) {
  CHECK_TRUE(is_kept_for("own:notifications:ann", "ann"));
  CHECK_FALSE(is_kept_for("own:notifications:ann", "bob"));
  CHECK_FALSE(is_kept_for("user:ann", "ann"));
}
