// Code points, identities and the token bucket: the parts that need no host.
#include <string>
#include <string_view>

#include "identity.h"
#include "shared/text.h"
#include "shared/token_bucket.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

using namespace std::string_view_literals;

TEST_GROUP(ChatText){};

TEST(ChatText, ValidUtf8) {
  for (const auto text : {""sv, "a"sv, "\0"sv, "\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv,
                          "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv, "\xEE\x80\x80"sv, "\xEF\xBF\xBF"sv,
                          "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv})
    CHECK(shared::is_utf8(text));
}

TEST(ChatText, InvalidUtf8) {
  for (const auto text :
       {"\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC2"sv, "\xC2\x41"sv, "\xE0\x80\x80"sv,
        "\xE0\x9F\xBF"sv, "\xE2\x82"sv, "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv, "\xF0\x80\x80\x80"sv,
        "\xF0\x8F\xBF\xBF"sv, "\xF0\x9F\x98"sv, "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv,
        "\xFF"sv, "a\xFE"sv})
    CHECK(!shared::is_utf8(text));
}

TEST(ChatText, CountsAndCutsAtCodePoints) {
  const std::string_view text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
  LONGS_EQUAL(4, shared::count_code_points(text));
  const std::size_t sizes[] = {0, 1, 3, 6, 10, 10};
  for (std::size_t count = 0; count < 6; ++count)
    LONGS_EQUAL(sizes[count], shared::first_code_points(text, count).size());
}

TEST(ChatText, MessagesNeedSomethingToSee) {
  for (const auto text :
       {"a"sv, "a\nb"sv, "\ta"sv, "a\r\n"sv, "\xF0\x9F\x98\x80"sv, "a\xE2\x80\xA8"sv})
    CHECK(shared::is_message_text(text));
  for (const auto text : {""sv, " "sv, "\n\t"sv, "\xE2\x80\x8B"sv, "\xC2\xA0"sv, "a\0"sv, "a\x1B"sv,
                          "a\x7F"sv, "a\xC2\x9B"sv, "a\xFF"sv})
    CHECK(!shared::is_message_text(text));
}

TEST(ChatText, PresenceInfoGivesTheMemberBack) {
  for (const bool guest : {false, true})
    for (const bool simple : {false, true}) {
      const chat::Member member{
          .id = "u:x", .name = "N\xC3\xA4me -s", .guest = guest, .simple = simple};
      const chat::Member back = chat::from_presence(member.id, chat::to_presence_info(member));
      STRCMP_EQUAL(member.name.c_str(), back.name.c_str());
      CHECK(back.guest == guest);
      CHECK(back.simple == simple);
    }
  CHECK(chat::from_presence("u:x", "").guest);
}

TEST(ChatText, DigestIs128BitsOfSha256) {
  // printf abc | openssl sha256 -binary | head -c 16 | basenc --base64url
  STRCMP_EQUAL("ungWv48Bz-pBQUDeXa4iIw", chat::digest("abc").c_str());
}

TEST_GROUP(ChatTokenBucket){};

TEST(ChatTokenBucket, StartsFullAndRefillsInTime) {
  shared::TokenBucket bucket(2, 3);  // a token each 500 ms
  std::int64_t now = 1000;
  for (int i = 0; i < 3; ++i) LONGS_EQUAL(0, bucket.take(1, now));
  LONGS_EQUAL(500, bucket.take(1, now));
  LONGS_EQUAL(1, bucket.take(1, now + 499));
  LONGS_EQUAL(0, bucket.take(1, now + 500));
  LONGS_EQUAL(500, bucket.take(1, now + 500));
}

TEST(ChatTokenBucket, HoldsNoMoreThanTheBurst) {
  shared::TokenBucket bucket(1000, 2);
  LONGS_EQUAL(0, bucket.take(1, 1000));
  for (int i = 0; i < 2; ++i) LONGS_EQUAL(0, bucket.take(1, 1'000'000));
  LONGS_EQUAL(1, bucket.take(1, 1'000'000));
}

TEST(ChatTokenBucket, ARefusalCostsNothing) {
  shared::TokenBucket bucket(1, 1);
  LONGS_EQUAL(0, bucket.take(1, 1000));
  for (int i = 0; i < 100; ++i) LONGS_EQUAL(1000, bucket.take(1, 1000));
  LONGS_EQUAL(0, bucket.take(1, 2000));
}
