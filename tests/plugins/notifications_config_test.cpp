// The options of the notifications: defaults, bounds, and what configtest says.
#include <string>

#include "notifications_world.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

using wsp::testing::FakeHost;
using wsp::testing::Pairs;

namespace {

std::string check(const Pairs& options) {
  FakeHost host(notifications_on_fake_clock);
  return host.check(options, "/ws/notifications");
}

}  // namespace

TEST_GROUP(NotificationsConfig){};

TEST(NotificationsConfig, TakesWhatIsInItsBounds) {
  for (const auto& option : Pairs{{"topics", "news"},       {"topics", "news offers.* caf\xC3\xA9"},
                                  {"topics", "a,b,  c"},    {"topics", "a*"},
                                  {"user-topics", "staff"}, {"follow", "none"},
                                  {"guests", "off"},        {"keep", "1"},
                                  {"keep", "1000"},         {"keep-age", "1s"},
                                  {"keep-age", "8784h"},    {"backlog", "0"},
                                  {"backlog", "1000"},      {"max-topics", "0"},
                                  {"max-topics", "100"},    {"max-length", "1"},
                                  {"max-length", "10000"},  {"rate", "1"},
                                  {"rate", "1000"},         {"burst", "1"},
                                  {"burst", "10000"},       {"max-errors", "1"},
                                  {"max-errors", "1000"}})
    STRCMP_EQUAL_TEXT("", check({option}).c_str(), (option.first + " " + option.second).c_str());
  STRCMP_EQUAL("", check({{"topics", "news tea x*"}, {"follow", "tea x1"}}).c_str());
}

TEST(NotificationsConfig, RefusesWhatIsNotAndNamesIt) {
  for (const auto& [name, value] :
       Pairs{{"topics", ""},        {"topics", "*"},        {"topics", "a:b"},
             {"topics", "a*b"},     {"topics", "user:*"},   {"topics", std::string(65, 'x')},
             {"topics", "a\"b"},    {"user-topics", ", ,"}, {"follow", ""},
             {"follow", "unknown"}, {"guests", "maybe"},    {"keep", "0"},
             {"keep", "1001"},      {"keep-age", "0s"},     {"keep-age", "8785h"},
             {"keep-age", "1d"},    {"backlog", "-1"},      {"backlog", "1001"},
             {"max-topics", "101"}, {"max-length", "0"},    {"max-length", "10001"},
             {"rate", "0"},         {"rate", "1001"},       {"burst", "0"},
             {"burst", "10001"},    {"max-errors", "0"},    {"max-errors", "1001"},
             {"topic", "news"}}) {
    const std::string why = check({{name, value}});
    CHECK_TEXT(why.find(name) != why.npos, (name + " " + value + ": " + why).c_str());
  }
  CHECK(check({{"topics", "a*"}, {"follow", "a*"}}).find("follow") != std::string::npos);
  CHECK(check({{"topics", "a b c"}, {"max-topics", "2"}}).find("max-topics") != std::string::npos);
}

TEST(NotificationsConfig, NeedsHistoryAndTimers) {
  for (const char* extension : {WSP_HISTORY_1, WSP_TIMER_1}) {
    FakeHost host(notifications_on_fake_clock);
    host.remove_extension(extension);
    CHECK(!host.create({}, "/ws/notifications"));
    CHECK(host.logged(extension));
  }
}

TEST(NotificationsConfig, DoesWithoutIdentity) {
  FakeHost host(notifications_on_fake_clock);
  host.remove_extension(WSP_IDENTITY_1);
  CHECK(host.create({{"topics", "news"}}, "/ws/notifications"));
  FakeClient& ann = host.connect({.user = "ann"});
  ann.send(R"({"type":"token","token":"x"})");
  STRCMP_EQUAL("welcome; ready 0; error turned_off", heard(ann).c_str());
}

TEST(NotificationsConfig, GuestsMayBeRefused) {
  NotificationsWorld world({{"guests", "off"}});
  LONGS_EQUAL(403, world.connect("").handshake().status);
  CHECK(world.connect("ann").is_open());
}

TEST(NotificationsConfig, UsersWithoutAChannelAreRefused) {
  NotificationsWorld world;
  LONGS_EQUAL(403, world.connect(std::string(238, 'x')).handshake().status);
  CHECK(world.connect(std::string(237, 'x')).is_open());
  LONGS_EQUAL(403, world.connect("a\xC2\x85").handshake().status);
  CHECK(world.connect("Ann Lee").is_open());
}

TEST(NotificationsConfig, ClientsNeedNotAskForTheSubprotocol) {
  NotificationsWorld world;
  FakeClient& plain = world.host.connect({.path = "/ws/notifications"});
  STRCMP_EQUAL("", plain.handshake().subprotocol.c_str());
  plain.send(R"({"type":"hello"})");
  STRCMP_EQUAL("welcome; ready 0", heard(plain).c_str());
  STRCMP_EQUAL("notifications.v1", world.connect().handshake().subprotocol.c_str());
}

TEST(NotificationsConfig, BinaryIsRefusedByTheHost) {
  NotificationsWorld world;
  FakeClient& ann = world.here();
  ann.send_binary("x");
  LONGS_EQUAL(1003, ann.close_code());
}

TEST(NotificationsConfig, ASlowClientIsLeftToTheHost) {
  NotificationsWorld world;
  world.host.send_queue = 2000;
  FakeClient& slow = world.here();
  FakeClient& other = world.here();
  slow.stop_reading();
  for (int i = 0; i < 50; ++i) world.publish("user:ann", titled("x"));
  LONGS_EQUAL(1013, slow.close_code());
  CHECK(other.is_open());
}
