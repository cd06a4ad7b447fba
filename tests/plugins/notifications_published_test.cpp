// What a site publishes: what is a notification, what is none, and that none harms nobody.
#include <string>
#include <variant>
#include <vector>

#include "notification.h"
#include "notifications_world.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

using notifications::Error;
using notifications::Notification;
using notifications::parse_notification;

namespace {

struct Wrong {
  std::string json;
  const char* code;
  const char* field = "";
};

std::string with(const std::string& fields) { return R"({"title":"Hi",)" + fields + "}"; }

std::vector<Wrong> wrong_ones() {
  using namespace std::string_literals;
  const std::string long_text(2001, 'x');
  std::vector<Wrong> all = {
      {"", "bad_json"},
      {"Hello", "bad_json"},
      {"[]", "bad_json"},
      {R"("Hi")", "bad_json"},
      {R"({"title":"Hi"} trailing)", "bad_json"},
      {R"({"title":"\ud800"})", "bad_json"},
      {R"({"title":"a\u0000b"})", "bad_json"},
      {"{\"title\":\"a\0b\"}"s, "bad_json"},
      {R"({"title":"Hi","a":)" + std::string(40, '[') + std::string(40, ']') + "}", "bad_json"},
      {"{}", "missing_field", "title"},
      {R"({"title":null})", "missing_field", "title"},
      {R"({"title":7})", "bad_field", "title"},
      {R"({"title":""})", "bad_field", "title"},
      {R"({"title":"  "})", "bad_field", "title"},
      {R"({"title":"a\nb"})", "bad_field", "title"},
      {R"({"title":")" + std::string(201, 'x') + R"("})", "bad_field", "title"},
      {R"({"title":"Hi","title":"Ho"})", "duplicate_field", "title"},
      {with(R"("text":["a"])"), "bad_field", "text"},
      {with(R"("text":"a\u001bb")"), "bad_field", "text"},
      {with(R"("text":")" + long_text + R"(")"), "bad_field", "text"},
      {with(R"("level":"fatal")"), "bad_field", "level"},
      {with(R"("key":"a\nb")"), "bad_field", "key"},
      {with(R"("key":")" + std::string(101, 'k') + R"(")"), "bad_field", "key"},
      {with(R"("expires":0)"), "bad_field", "expires"},
      {with(R"("expires":-5)"), "bad_field", "expires"},
      {with(R"("expires":1.5)"), "bad_field", "expires"},
      {with(R"("expires":1e999)"), "bad_field", "expires"},
      {with(R"("expires":31536001)"), "bad_field", "expires"},
      {with(R"("expires":"60")"), "bad_field", "expires"},
  };
  for (const char* link : {"javascript:alert(1)",
                           "JavaScript:alert(1)",
                           "data:text/html,x",
                           "vbscript:x",
                           "//evil.example/x",
                           "/\\\\evil.example",
                           "\\\\evil",
                           "orders/12",
                           "?x",
                           "#x",
                           "http:/x",
                           "http:x",
                           " /orders",
                           "/a b",
                           "/a\\nb",
                           "/a\\tb",
                           "https://a\\u0000",
                           "ftp://x",
                           "blob:x",
                           "java\\nscript:x"}) {
    all.push_back({with(R"("link":")" + std::string(link) + R"(")"), "bad_field", "link"});
    all.push_back({with(R"("icon":")" + std::string(link) + R"(")"), "bad_field", "icon"});
    if (std::string(link).find("u0000") != std::string::npos)
      all[all.size() - 2].code = all.back().code = "bad_json",
                       all[all.size() - 2].field = all.back().field = "";
  }
  all.push_back({with(R"("icon":"mailto:a@example.org")"), "bad_field", "icon"});
  all.push_back({with(R"("link":"/)" + std::string(2000, 'x') + R"(")"), "bad_field", "link"});
  return all;
}

}  // namespace

TEST_GROUP(NotificationsPublished){};

TEST(NotificationsPublished, WhatIsWrongIsNamed) {
  for (const Wrong& wrong : wrong_ones()) {
    const auto parsed = parse_notification(wrong.json, 2000);
    const Error* error = std::get_if<Error>(&parsed);
    CHECK_TEXT(error != nullptr, wrong.json.c_str());
    STRCMP_EQUAL_TEXT(wrong.code, std::string(to_string(error->code)).c_str(), wrong.json.c_str());
    STRCMP_EQUAL_TEXT(wrong.field, error->field.c_str(), wrong.json.c_str());
  }
}

TEST(NotificationsPublished, WhatIsRightIsTaken) {
  for (const std::string& json :
       {std::string(R"({"title":"x"})"), R"({"title":")" + std::string(200, 'x') + R"("})",
        with(R"("text":"two\nlines\tand a tab")"), with(R"("link":"/")"),
        with(R"("link":"/orders/12?a=b#c")"), with(R"("link":"HTTPS://example.org/")"),
        with(R"("link":"http://[::1]:8080/")"), with(R"("link":"mailto:ann@example.org")"),
        with(R"("link":"/)" + std::string(1999, 'x') + R"(")"), with(R"("icon":"/i.png")"),
        with(R"("expires":1)"), with(R"("expires":31536000)"), with(R"("level":"error")"),
        with(R"("text":null,"link":null,"icon":"","key":"","level":"","expires":null)"),
        with(R"("data":{"anything":[1,2]},"type":"x")"),
        std::string(R"({"title":"\u202eevil <script>alert(1)</script>"})")})
    CHECK_TEXT(std::holds_alternative<Notification>(parse_notification(json, 2000)), json.c_str());
}

TEST(NotificationsPublished, WrongOnesReachNobodyAndTheLogSaysWhy) {
  NotificationsWorld world;
  FakeClient& ann = world.here();
  for (const Wrong& wrong : wrong_ones())
    if (wrong.json.find('\0') == std::string::npos) world.publish("user:ann", wrong.json);
  world.host.publish_elsewhere("user:ann", R"({"title":"Hi"})", WSP_BINARY);
  STRCMP_EQUAL("", heard(ann).c_str());
  LONGS_EQUAL(1, world.host.log().size());
  CHECK(world.host.logged(
      "no notification, and delivered to nobody: on the channel user:ann: bad_json"));
  world.host.advance(std::chrono::seconds(10));
  world.publish("news", R"({"title":"x","link":"javascript:x"})");
  LONGS_EQUAL(2, world.host.log().size());
  CHECK(world.host.logged("news: bad_field (link) ("));
  CHECK(world.host.logged(" more like this since the last such line)"));
  world.publish("user:ann", titled("Good"));
  CHECK(heard(ann).ends_with("Good"));
}

TEST(NotificationsPublished, AreNotDeliveredLaterEither) {
  NotificationsWorld world;
  world.publish("user:ann", "nonsense");
  world.publish("user:ann", titled("Good"));
  STRCMP_EQUAL("welcome; notification 7-2 Good!; ready 1", heard(world.come()).c_str());
  CHECK(world.host.logged("bad_json"));
}

TEST(NotificationsPublished, NotKeptReachesWhoeverIsHere) {
  NotificationsWorld world;
  FakeClient& ann = world.here();
  world.publish("user:ann", titled("Now"), 0);
  STRCMP_EQUAL("badge 1; notification 7-1 Now", heard(ann).c_str());
  STRCMP_EQUAL("welcome; ready 0", heard(world.come()).c_str());
}

TEST(NotificationsPublished, ToOneUserReachesNobodyElse) {
  NotificationsWorld world;
  FakeClient& ann = world.here("ann");
  FakeClient& bob = world.here("bob");
  FakeClient& guest = world.here("");
  FakeClient& lee = world.here("Ann Lee");
  world.publish("user:ann", titled("Yours"));
  world.publish("user:Ann%20Lee", titled("Hers"));
  CHECK(!heard(ann).empty());
  STRCMP_EQUAL("badge 1; notification 7-1 Hers", heard(lee).c_str());
  STRCMP_EQUAL("", heard(bob).c_str());
  STRCMP_EQUAL("", heard(guest).c_str());
}
