// Where a client puts its token, and base64url.
#include "plugin/token_source.h"

#include "plugin/base64url.h"
#include "plugin/identity_text.h"
#include "token_maker.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;

TEST_GROUP(token_source){static void check(const std::optional<FoundToken>& found,
                                           const char* token,
                                           const char* rest){CHECK_TRUE(found.has_value());
STRCMP_EQUAL(token, found->token.c_str());
STRCMP_EQUAL(rest, found->rest.c_str());
}
}
;

TEST(token_source, TakesTheTokenOutOfTheSubprotocols) {
  check(take_token_from_protocols("chat.v1, ws.token.a.b.c"), "a.b.c", "chat.v1");
  check(take_token_from_protocols("ws.token.a.b.c"), "a.b.c", "");
  check(take_token_from_protocols("ws.token.1,a ,ws.token.2, b"), "1", "a, b");
  check(take_token_from_protocols("ws.token."), "", "");
  CHECK_FALSE(take_token_from_protocols("chat.v1, ws.tokens").has_value());
  CHECK_FALSE(take_token_from_protocols("").has_value());
}

TEST(token_source, TakesTheTokenOutOfTheQuery) {
  check(take_token_from_query("token=a.b.c"), "a.b.c", "");
  check(take_token_from_query("room=1&token=a.b.c&x=%20"), "a.b.c", "room=1&x=%20");
  check(take_token_from_query("token=1&token=2&a"), "1", "a");
  check(take_token_from_query("token="), "", "");
  CHECK_FALSE(take_token_from_query("tokens=1&my_token=2&token").has_value());
  CHECK_FALSE(take_token_from_query("").has_value());
}

TEST(token_source, Base64urlHasOneTextForEachValue) {
  for (const std::string bytes : {"", "f", "fo", "foo", "foob", "\xFF\xFE\xFD"})
    CHECK_TRUE(decode_base64url(test::base64url(bytes)) == bytes);
  for (const char* bad : {"Zg==", "Zh", "Zm9=", "A", "Zm9v\n", " Zg", "Z+", "Z/", "Zm9vA"})
    CHECK_FALSE(decode_base64url(bad).has_value());
}

TEST(token_source, NamesAreTextWithoutControls) {
  for (const char* good : {"", "ann", "Ann B\xC3\xB6ll", "a b"}) {
    CHECK_TRUE(is_user_name(good));
    CHECK_TRUE(is_display_name(good));
  }
  for (const char* bad : {"a\n", "\x7F", "\xC2\x85", "\xFF"}) {
    CHECK_FALSE(is_user_name(bad));
    CHECK_FALSE(is_display_name(bad));
  }
  CHECK_TRUE(is_user_name(std::string(255, 'a')));
  CHECK_FALSE(is_user_name(std::string(256, 'a')));
  STRCMP_EQUAL("Ann B\xC3\xB6ll 100%", percent_decoded("Ann%20B%C3%b6ll 100%").c_str());
  STRCMP_EQUAL("%zz%4", percent_decoded("%zz%4").c_str());
}
