// Topics: who may follow which, and that the choice is the user's in all tabs and on the next
// visit.
#include <string>

#include "notifications_world.h"
#include "topic.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

std::string follow(const std::string& topic) {
  return R"({"type":"follow","topic":")" + topic + R"("})";
}
std::string unfollow(const std::string& topic) {
  return R"({"type":"unfollow","topic":")" + topic + R"("})";
}
std::string topics_in(const std::string& welcome) {
  return welcome.substr(welcome.find("\"topics\":"),
                        welcome.find("\"limits\"") - welcome.find("\"topics\":"));
}

}  // namespace

TEST_GROUP(NotificationsTopics){};

TEST(NotificationsTopics, NamesAreChecked) {
  for (const char* good : {"news", "a", "A-1_2.3~x/y", "caf\xC3\xA9", "\xE6\x96\xB0\xE8\x81\x9E"})
    CHECK_TEXT(notifications::is_valid_topic(good), good);
  CHECK(notifications::is_valid_topic(std::string(64, 'x')));
  CHECK(!notifications::is_valid_topic(std::string(65, 'x')));
  for (const char* bad :
       {"", "a b", "a*", "*", "user:ann", "a:b", "a\nb", "a\tb", "a\x7F", "a\"b", "a\\b", "a@b",
        "\xC2\xA0", "a\xE2\x80\x8B", "\xFF", "\xED\xA0\x80", "a?b", "a{b}", "\xEF\xBF\xBF"})
    CHECK_TEXT(!notifications::is_valid_topic(bad), bad);
}

TEST(NotificationsTopics, AChoiceIsTheUsersInAllTabsAndLater) {
  NotificationsWorld world;
  FakeClient& one = world.here();
  FakeClient& two = world.here();
  FakeClient& bob = world.here("bob");
  one.send(follow("offers.tea"));
  one.send(unfollow("news"));
  for (FakeClient* tab : {&one, &two})
    STRCMP_EQUAL("topics +news +offers.tea; topics -news +offers.tea", heard(*tab).c_str());
  world.publish("offers.tea", titled("Oolong"));
  world.publish("news", titled("All"));
  for (FakeClient* tab : {&one, &two})
    STRCMP_EQUAL("badge 1; notification 7-1@offers.tea Oolong", heard(*tab).c_str());
  STRCMP_EQUAL("badge 1; notification 7-1@news All", heard(bob).c_str());
  one.close();
  two.close();
  STRCMP_EQUAL("welcome; notification 7-1@offers.tea Oolong!; ready 1",
               heard(world.come()).c_str());
}

TEST(NotificationsTopics, WhatWasToldBeforeIsNotNews) {
  NotificationsWorld world;
  for (const char* title : {"One", "Two"}) world.publish("offers.tea", titled(title));
  FakeClient& ann = world.here();
  FakeClient& guest = world.here("");
  for (FakeClient* client : {&ann, &guest}) {
    client->send(follow("offers.tea"));
    STRCMP_EQUAL("topics +news +offers.tea", heard(*client).c_str());
  }
  world.publish("offers.tea", titled("Three"));
  for (FakeClient* client : {&ann, &guest})
    STRCMP_EQUAL("badge 1; notification 7-3@offers.tea Three", heard(*client).c_str());
  STRCMP_EQUAL("welcome; notification 7-3@offers.tea Three!; ready 1", heard(world.come()).c_str());
}

TEST(NotificationsTopics, WhatCannotBeReadLaterIsSaid) {
  NotificationsWorld world;
  FakeClient& ann = world.here();
  FakeClient& bob = world.here("bob");
  world.host.late_history = true;
  for (FakeClient* client : {&ann, &bob}) client->send(follow("offers.tea"));
  bob.close();
  world.host.history_status = WSP_E_FULL;
  world.host.answer_history();
  const std::string answer = ann.take();
  STRCMP_CONTAINS(R"("code":"try_again")", answer.c_str());
  STRCMP_CONTAINS(R"("of":"follow")", answer.c_str());
}

TEST(NotificationsTopics, NothingToDoIsAnswered) {
  NotificationsWorld world;
  FakeClient& ann = world.here();
  ann.send(follow("news"));
  ann.send(unfollow("offers.tea"));
  ann.send(unfollow("nowhere"));
  STRCMP_EQUAL("topics +news; topics +news; topics +news", heard(ann).c_str());
}

TEST(NotificationsTopics, AGuestsChoiceEndsWithTheConnection) {
  NotificationsWorld world;
  FakeClient& guest = world.here("");
  FakeClient& other = world.here("");
  guest.send(unfollow("news"));
  STRCMP_EQUAL("topics -news", heard(guest).c_str());
  world.publish("news", titled("All"));
  STRCMP_EQUAL("", heard(guest).c_str());
  STRCMP_EQUAL("badge 1; notification 7-1@news All", heard(other).c_str());
}

TEST(NotificationsTopics, OthersAreRefused) {
  NotificationsWorld world({{"topics", "news"}, {"user-topics", "staff team.*"}});
  FakeClient& ann = world.here();
  FakeClient& guest = world.connect("");
  guest.send(R"({"type":"hello"})");
  STRCMP_EQUAL(R"("topics":[{"name":"news","following":true}],)", topics_in(guest.take()).c_str());
  guest.take_all();
  for (const char* topic : {"staff", "team.a", "offers", "newsletter", "new"})
    guest.send(follow(topic));
  STRCMP_EQUAL(
      "error topic_not_allowed; error topic_not_allowed; error topic_not_allowed; "
      "error topic_not_allowed; error topic_not_allowed",
      heard(guest).c_str());
  ann.send(follow("team.a"));
  STRCMP_EQUAL("topics +news +staff +team.a", heard(ann).c_str());
  ann.send(follow("user:bob"));
  ann.send(follow("own:notifications:bob"));
  STRCMP_EQUAL("error bad_topic; error bad_topic", heard(ann).c_str());
}

TEST(NotificationsTopics, TheServersRulesComeFirst) {
  NotificationsWorld world({{"topics", "news staff offers.*"}});
  world.host.may_subscribe = [](std::string_view user, std::string_view channel) {
    return channel == "news" || user == "bob";
  };
  FakeClient& ann = world.connect();
  ann.send(R"({"type":"hello"})");
  STRCMP_EQUAL(R"("topics":[{"name":"news","following":true}],)", topics_in(ann.take()).c_str());
  ann.take_all();
  ann.send(follow("staff"));
  STRCMP_EQUAL("error topic_not_allowed", heard(ann).c_str());
  FakeClient& bob = world.here("bob");
  bob.send(follow("offers.tea"));
  STRCMP_EQUAL("topics +news +staff +offers.tea", heard(bob).c_str());
}

TEST(NotificationsTopics, ANewTokenMayAllowMore) {
  NotificationsWorld world({{"topics", "news staff"}});
  bool is_staff = false;
  world.host.may_subscribe = [&](auto, std::string_view channel) {
    return channel == "news" || is_staff;
  };
  world.host.tokens.emplace();
  world.host.tokens->emplace("good", wsp::testing::FakeToken{"ann", world.host.now_ms() + 1000});
  world.host.tokens->emplace("bobs", wsp::testing::FakeToken{"bob", world.host.now_ms() + 1000});
  FakeClient& ann = world.host.connect({.path = "/ws/notifications",
                                        .user = "ann",
                                        .display_name = "Ann Lee",
                                        .expires_ms = world.host.now_ms() + 500});
  ann.send(R"({"type":"hello"})");
  CHECK(ann.take().find(R"("you":{"user":"ann","name":"Ann Lee"})") != std::string::npos);
  ann.take_all();
  ann.send(R"({"type":"token","token":"bobs"})");
  ann.send(R"({"type":"token","token":""})");
  STRCMP_EQUAL("error bad_token; error bad_token", heard(ann).c_str());
  is_staff = true;
  ann.send(R"({"type":"token","token":"good"})");
  STRCMP_EQUAL("renewed; topics +news +staff", heard(ann).c_str());
  world.host.advance(std::chrono::milliseconds(999));
  CHECK(ann.is_open());
  world.host.advance(std::chrono::milliseconds(1));
  LONGS_EQUAL(4401, ann.close_code());
}

TEST(NotificationsTopics, OnlySoMany) {
  NotificationsWorld world({{"topics", "a b c*"}, {"max-topics", "3"}});
  FakeClient& ann = world.here();
  ann.send(follow("c1"));
  ann.send(follow("c2"));
  STRCMP_EQUAL("topics +a +b +c1; error too_many_topics", heard(ann).c_str());
  ann.send(unfollow("a"));
  ann.send(follow("c2"));
  STRCMP_EQUAL("topics -a +b +c1; topics -a +b +c1 +c2", heard(ann).c_str());
}

TEST(NotificationsTopics, FollowSaysWithWhichToBegin) {
  NotificationsWorld world({{"topics", "news tea offers.*"}, {"follow", "tea"}});
  FakeClient& ann = world.connect();
  ann.send(R"({"type":"hello"})");
  STRCMP_EQUAL(R"("topics":[{"name":"news","following":false},{"name":"tea","following":true}],)",
               topics_in(ann.take()).c_str());
}

TEST(NotificationsTopics, LeavingEndsAllSubscriptions) {
  NotificationsWorld world;
  world.here().close();
  CHECK(world.host.subscribers("user:ann").empty());
  CHECK(world.host.subscribers("news").empty());
  world.publish("news", titled("All"));
  world.host.lose("news", {titled("Lost")});
}
