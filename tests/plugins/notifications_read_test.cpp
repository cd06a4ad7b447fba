// Read is read for the user: in all tabs and processes, and on the next visit.
#include <string>

#include "notifications_world.h"
#include "user_state.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

using notifications::UserState;

namespace {

constexpr const char* kState = "own:notifications:ann";
constexpr const char* kReadAll = R"({"type":"read","all":true})";

std::string read(const std::string& ids) { return R"({"type":"read","ids":[)" + ids + "]}"; }

// What another process says the user has read, without knowing more.
void read_elsewhere(NotificationsWorld& world, std::uint64_t first, std::uint64_t last) {
  UserState state;
  state.mark_read("", 7, first, last);
  world.publish(kState, state.print(), 16);
}

}  // namespace

TEST_GROUP(NotificationsRead) {
  NotificationsWorld world;
  void setup() override {
    for (const char* title : {"One", "Two", "Three"}) world.publish("user:ann", titled(title));
  }
};

TEST(NotificationsRead, IsSoInEveryTab) {
  FakeClient& one = world.here();
  FakeClient& two = world.here();
  FakeClient& bob = world.here("bob");
  one.send(read(R"("7-1","7-3")"));
  STRCMP_EQUAL("read 7-1,7-3 1", heard(one).c_str());
  STRCMP_EQUAL("read 7-1,7-3 1", heard(two).c_str());
  STRCMP_EQUAL("", heard(bob).c_str());
}

TEST(NotificationsRead, IsSoOnTheNextVisit) {
  FakeClient& one = world.here();
  one.send(read(R"("7-1")"));
  one.close();
  STRCMP_EQUAL("welcome; notification 7-2 Two!; notification 7-3 Three!; ready 2",
               heard(world.come()).c_str());
  world.here().send(kReadAll);
  STRCMP_EQUAL("welcome; ready 0", heard(world.come()).c_str());
}

TEST(NotificationsRead, OfATopicIsEachUsersOwn) {
  world.publish("news", titled("All"));
  FakeClient& bob = world.come("bob");
  STRCMP_EQUAL("welcome; notification 7-1@news All!; ready 1", heard(bob).c_str());
  bob.send(read(R"("7-1@news")"));
  STRCMP_EQUAL("read 7-1@news 0", heard(bob).c_str());
  CHECK(heard(world.come()).find("7-1@news") != std::string::npos);
}

TEST(NotificationsRead, TwoProcessesAtOnceLoseNothing) {
  FakeClient& here = world.here();
  read_elsewhere(world, 1, 1);
  read_elsewhere(world, 3, 3);  // did not know of the other
  STRCMP_EQUAL("read 7-1 2; read 7-3 1", heard(here).c_str());
  STRCMP_EQUAL("welcome; notification 7-2 Two!; ready 1", heard(world.come()).c_str());
  here.send(read(R"("7-2")"));  // says all of it
  for (int i = 0; i < 16; ++i) read_elsewhere(world, 2, 2);
  CHECK(heard(world.come()).find("ready 2") != std::string::npos);  // what no one of 16 knew
}

TEST(NotificationsRead, WhatIsUnknownIsPassedOver) {
  FakeClient& ann = world.here();
  ann.send(read(R"("7-99","8-1","7-1@news","7-1@nowhere")"));
  STRCMP_EQUAL("badge 3", heard(ann).c_str());
  ann.send(read(R"("7-99","7-2")"));
  STRCMP_EQUAL("read 7-2 2", heard(ann).c_str());
  ann.send(read(""));
  STRCMP_EQUAL("badge 2", heard(ann).c_str());
}

TEST(NotificationsRead, AllIsWhatStandsNow) {
  FakeClient& ann = world.here();
  world.publish("news", titled("All"));
  ann.take_all();
  ann.send(kReadAll);
  STRCMP_EQUAL("read 7-1,7-2,7-3,7-1@news 0", heard(ann).c_str());
  ann.send(kReadAll);
  STRCMP_EQUAL("badge 0", heard(ann).c_str());
  world.publish("user:ann", titled("Four"));
  STRCMP_EQUAL("badge 1; notification 7-4 Four", heard(ann).c_str());
}

TEST(NotificationsRead, IsAGuestsOwnOnThisConnection) {
  FakeClient& guest = world.here("");
  FakeClient& other = world.here("");
  world.publish("news", titled("All"));
  heard(guest), heard(other);
  guest.send(kReadAll);
  STRCMP_EQUAL("read 7-1@news 0", heard(guest).c_str());
  STRCMP_EQUAL("", heard(other).c_str());
}

TEST(NotificationsRead, AFloodOfReadingStaysSmall) {
  for (int i = 0; i < 60; ++i) world.publish("user:ann", titled("More"));
  FakeClient& ann = world.here();
  for (int i = 1; i <= 63; i += 2) {
    world.host.advance(std::chrono::seconds(1));
    read_elsewhere(world, static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(i));
  }
  CHECK(heard(ann).ends_with("read 7-63 31"));
}

TEST(NotificationsRead, OlderOnesLeaveNoTrace) {
  for (int i = 4; i <= 300; ++i) world.publish("user:ann", titled("More"));
  FakeClient& ann = world.here();
  ann.send(read(R"("7-300")"));
  CHECK(heard(ann).starts_with("read 7-300 99"));
  FakeClient& again = world.come();
  CHECK(heard(again).ends_with("ready 99"));
}

TEST(NotificationsRead, IsKeptWhenTheUserComesAgain) {
  world.here().send(read(R"("7-1")"));
  world.host.advance(std::chrono::minutes(61));
  FakeClient& watcher = world.host.connect({.path = "/ws/notifications", .user = "ann"});
  watcher.send(R"({"type":"hello"})");
  world.host.advance(std::chrono::minutes(1));
  for (int i = 0; i < 15; ++i) read_elsewhere(world, 2, 2);
  // The oldest of the sixteen is the one that was written again.
  STRCMP_EQUAL("welcome; notification 7-3 Three!; ready 1", heard(world.come()).c_str());
}

TEST(NotificationsRead, RulesForClientsDoNotStandInTheWay) {
  world.host.may_publish = world.host.may_subscribe = [](auto, auto) { return false; };
  FakeClient& ann = world.here();
  ann.send(kReadAll);
  STRCMP_EQUAL("read 7-1,7-2,7-3 0", heard(ann).c_str());
}

TEST(NotificationsRead, WhatTheServerCouldNotDoIsSaid) {
  FakeClient& ann = world.here();
  world.host.history_status = WSP_E_FAILED;
  ann.send(R"({"type":"follow","topic":"offers.tea"})");
  STRCMP_EQUAL("error try_again", heard(ann).c_str());
  FakeClient& other = world.come();
  STRCMP_EQUAL("welcome; ready 0", heard(other).c_str());
  world.publish("user:ann", titled("Live"));
  STRCMP_EQUAL("badge 1; notification 7-4 Live", heard(other).c_str());
}
