// Coming and coming back: what waits, what was missed, exactly and once.
#include <string>

#include "notifications_world.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

std::string since(const std::string& positions) {
  return R"({"type":"hello","since":{)" + positions + "}}";
}
std::string at(const std::string& topic, int offset, int epoch = 7) {
  return "\"" + topic + R"(":{"epoch":")" + std::to_string(epoch) + R"(","offset":")" +
         std::to_string(offset) + "\"}";
}

}  // namespace

TEST_GROUP(NotificationsSince){
    std::string back(NotificationsWorld & world, const std::string& hello,
                     const std::string& user = "ann"){FakeClient& client = world.connect(user);
client.send(hello);
return heard(client);
}
}
;

TEST(NotificationsSince, WhatCameAfterIsSentOnce) {
  NotificationsWorld world;
  for (const char* title : {"One", "Two", "Three"}) world.publish("user:ann", titled(title));
  world.publish("news", titled("All"));
  STRCMP_EQUAL(
      "welcome; notification 7-2 Two!; notification 7-3 Three!; notification 7-1@news All!; "
      "ready 4 recovered [7-1,7-2,7-3,7-1@news]",
      back(world, since(at("", 1) + "," + at("news", 0))).c_str());
  STRCMP_EQUAL("welcome; ready 4 recovered [7-1,7-2,7-3,7-1@news]",
               back(world, since(at("", 3) + "," + at("news", 1))).c_str());
}

TEST(NotificationsSince, WhatWasReadElsewhereComesAsRead) {
  NotificationsWorld world;
  for (const char* title : {"One", "Two"}) world.publish("user:ann", titled(title));
  world.here().send(R"({"type":"read","ids":["7-2"]})");
  STRCMP_EQUAL("welcome; notification 7-2 Two*!; ready 1 recovered [7-1]",
               back(world, since(at("", 1))).c_str());
}

TEST(NotificationsSince, WhatIsNotKnownAnyMoreIsSaid) {
  NotificationsWorld world;
  for (int i = 0; i < 5; ++i) world.publish("user:ann", titled("T"), 3);
  const std::string lost =
      "welcome; notification 7-3 T!; notification 7-4 T!; notification 7-5 T!; "
      "ready 3 lost [7-3,7-4,7-5]";
  for (const std::string& place :
       {at("", 1), at("", 9), at("", 4, 6), std::string(R"("":{})"),
        std::string(R"("":{"epoch":"x"})"), std::string(R"("":{"epoch":7,"offset":4})"),
        std::string(R"("":{"epoch":"7","offset":"18446744073709551616"})"),
        std::string(R"("":{"epoch":"7","offset":"-1"})")})
    STRCMP_EQUAL_TEXT(lost.c_str(), back(world, since(place)).c_str(), place.c_str());
  CHECK(back(world, since(at("", 2))).find("ready 3 recovered") != std::string::npos);
  world.host.lose_history();
  STRCMP_EQUAL("welcome; ready 0 lost []", back(world, since(at("", 5))).c_str());
}

TEST(NotificationsSince, TopicsNobodyFollowsArePassedOver) {
  NotificationsWorld world;
  world.publish("news", titled("All"));
  STRCMP_EQUAL("welcome; notification 7-1@news All!; ready 1 recovered [7-1@news]",
               back(world, since(at("gone", 5) + "," + at("a b", 1))).c_str());
}

TEST(NotificationsSince, BringsAGuestWhatItMissed) {
  NotificationsWorld world;
  for (const char* title : {"One", "Two"}) world.publish("news", titled(title));
  STRCMP_EQUAL("welcome; ready 0", heard(world.come("")).c_str());
  STRCMP_EQUAL("welcome; notification 7-2@news Two!; ready 1 recovered [7-2@news]",
               back(world, since(at("news", 1)), "").c_str());
  STRCMP_EQUAL(
      "welcome; notification 7-1@news One!; notification 7-2@news Two!; "
      "ready 2 lost [7-1@news,7-2@news]",
      back(world, since(at("news", 1, 6)), "").c_str());
}

TEST(NotificationsSince, NoMoreThanTheBacklog) {
  NotificationsWorld world({{"topics", "news"}, {"backlog", "2"}});
  for (const char* title : {"One", "Two", "Three"}) {
    world.publish("user:ann", titled(title));
    world.host.advance(std::chrono::seconds(1));
  }
  world.publish("news", titled("All"));
  STRCMP_EQUAL("welcome; notification 7-3 Three!; notification 7-1@news All!; ready 4",
               heard(world.come()).c_str());
  CHECK(back(world, since(at("", 0))).ends_with("ready 4 lost [7-1,7-2,7-3,7-1@news]"));
  CHECK(back(world, since(at("", 2) + "," + at("news", 0)))
            .ends_with("ready 4 recovered [7-1,7-2,7-3,7-1@news]"));
}

TEST(NotificationsSince, TheBacklogFitsTheQueue) {
  NotificationsWorld world({{"max-length", "10000"}, {"backlog", "1000"}, {"keep", "1000"}});
  const std::string big = R"({"title":"x","text":")" + std::string(10000, 'x') + R"("})";
  for (int i = 0; i < 100; ++i) world.publish("user:ann", big);
  FakeClient& ann = world.connect();
  ann.send(R"({"type":"hello"})");
  std::size_t bytes = 0;
  for (const std::string& message : ann.take_all()) bytes += message.size();
  CHECK(bytes > 200 * 1024);
  CHECK(bytes < 300 * 1024);
}

TEST(NotificationsSince, SilenceIsTakenForHello) {
  NotificationsWorld world;
  world.publish("user:ann", titled("One"));
  FakeClient& ann = world.connect();
  world.host.advance(std::chrono::milliseconds(1999));
  STRCMP_EQUAL("", heard(ann).c_str());
  world.host.advance(std::chrono::milliseconds(1));
  STRCMP_EQUAL("welcome; notification 7-1 One!; ready 1", heard(ann).c_str());
  // A hello that is late, and one more.
  ann.send(since(at("", 0)));
  STRCMP_EQUAL("ready 1 lost [7-1]", heard(ann).c_str());
  ann.send(R"({"type":"hello"})");
  STRCMP_EQUAL("error hello_again", heard(ann).c_str());
}

TEST(NotificationsSince, SoIsAnythingElse) {
  NotificationsWorld world;
  FakeClient& ann = world.connect();
  ann.send(R"({"type":"follow","topic":"offers.tea"})");
  STRCMP_EQUAL("welcome; ready 0; topics +news +offers.tea", heard(ann).c_str());
  world.host.advance(std::chrono::seconds(5));
  STRCMP_EQUAL("", heard(ann).c_str());
}

TEST(NotificationsSince, WhatComesWhileTheKeptIsReadIsNotLost) {
  NotificationsWorld world;
  world.publish("user:ann", titled("One"));
  world.host.late_history = true;
  FakeClient& ann = world.connect();
  ann.send(R"({"type":"hello"})");
  ann.send(R"({"type":"read","all":true})");
  STRCMP_EQUAL("", heard(ann).c_str());
  world.host.answer_history();  // the user's state
  world.publish("user:ann", titled("Two"));
  STRCMP_EQUAL("welcome", heard(ann).c_str());
  world.host.late_history = false;
  world.host.answer_history();
  const std::string got = heard(ann);
  CHECK_TEXT(got.find("notification 7-1 One!") != std::string::npos, got.c_str());
  CHECK_TEXT(got.find("notification 7-2 Two") != std::string::npos, got.c_str());
  CHECK_TEXT(got.find("ready 2") != std::string::npos, got.c_str());
  CHECK_TEXT(got.find("read 7-1,7-2 0") != std::string::npos, got.c_str());
}

TEST(NotificationsSince, OlderThanKeepAgeIsNotDelivered) {
  NotificationsWorld world({{"keep-age", "1h"}});
  world.publish("user:ann", titled("Old"));
  world.host.advance(std::chrono::minutes(59));
  world.publish("user:ann", titled("New"));
  world.host.advance(std::chrono::minutes(2));
  STRCMP_EQUAL("welcome; notification 7-2 New!; ready 1", heard(world.come()).c_str());
}

TEST(NotificationsSince, NoMoreThanKeepCount) {
  NotificationsWorld world({{"keep", "2"}});
  FakeClient& here = world.here();
  for (const char* title : {"One", "Two", "Three"}) world.publish("user:ann", titled(title));
  STRCMP_EQUAL(
      "badge 1; notification 7-1 One; badge 2; notification 7-2 Two; "
      "removed 7-1 2; notification 7-3 Three",
      heard(here).c_str());
  STRCMP_EQUAL("welcome; notification 7-2 Two!; notification 7-3 Three!; ready 2",
               heard(world.come()).c_str());
}
