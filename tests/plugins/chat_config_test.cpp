// The chat's options: defaults, bounds, and what configtest says.
#include <string>

#include "chat_world.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

using wsp::testing::FakeHost;

namespace {

std::string check(const std::string& name, const std::string& value) {
  FakeHost host(wsp_plugin_v1);
  return host.check({{name, value}}, "/ws/chat");
}

}  // namespace

TEST_GROUP(ChatConfig){};

TEST(ChatConfig, TakesWhatIsInItsBounds) {
  for (const auto& [name, value] :
       wsp::testing::Pairs{{"realm", "staff"},       {"room", "t\xC3\xA9"},
                           {"join", "any"},          {"join", "path"},
                           {"history", "0"},         {"history", "1000"},
                           {"history-age", "1s"},    {"history-age", "1000h"},
                           {"history-age", "90min"}, {"max-length", "1"},
                           {"max-length", "10000"},  {"rate", "1"},
                           {"rate", "1000"},         {"burst", "1"},
                           {"burst", "10000"},       {"max-errors", "1"},
                           {"max-errors", "1000"},   {"max-rooms", "1"},
                           {"max-rooms", "100"},     {"announce", "0"},
                           {"announce", "10000"},    {"guests", "off"},
                           {"simple", "off"},        {"typing", "off"},
                           {"private", "off"},       {"realm", std::string(47, 'r')}})
    STRCMP_EQUAL_TEXT("", check(name, value).c_str(), (name + " " + value).c_str());
}

TEST(ChatConfig, RefusesWhatIsNotAndNamesIt) {
  for (const auto& [name, value] : wsp::testing::Pairs{{"realm", ""},
                                                       {"realm", "a b"},
                                                       {"realm", std::string(48, 'r')},
                                                       {"room", ""},
                                                       {"room", "a/b"},
                                                       {"join", "none"},
                                                       {"history", "-1"},
                                                       {"history", "1001"},
                                                       {"history", "many"},
                                                       {"history-age", "0s"},
                                                       {"history-age", "1001h"},
                                                       {"history-age", "1d"},
                                                       {"max-length", "0"},
                                                       {"max-length", "10001"},
                                                       {"rate", "0"},
                                                       {"rate", "1001"},
                                                       {"burst", "0"},
                                                       {"burst", "10001"},
                                                       {"max-errors", "0"},
                                                       {"max-errors", "1001"},
                                                       {"max-rooms", "0"},
                                                       {"max-rooms", "101"},
                                                       {"announce", "-1"},
                                                       {"announce", "10001"},
                                                       {"guests", "maybe"},
                                                       {"simple", "1"},
                                                       {"typing", ""},
                                                       {"private", "yes"},
                                                       {"rooms", "8"}}) {
    const std::string why = check(name, value);
    CHECK_TEXT(why.find(name) != why.npos, (name + " " + value + ": " + why).c_str());
  }
}

TEST(ChatConfig, ALongLocationAsksForARealm) {
  FakeHost host(wsp_plugin_v1);
  const std::string location = "/a/very/long/location/that/would/not/fit/into/channels";
  CHECK(host.check({}, location).find("realm") != std::string::npos);
  STRCMP_EQUAL("", host.check({{"realm", "short"}}, location).c_str());
}

TEST(ChatConfig, NeedsHistoryAndPresence) {
  for (const char* extension : {WSP_HISTORY_1, WSP_PRESENCE_1}) {
    FakeHost host(wsp_plugin_v1);
    host.remove_extension(extension);
    CHECK(!host.create({}, "/ws/chat"));
    CHECK(host.logged(extension));
  }
}

TEST(ChatConfig, LimitsAreTold) {
  ChatWorld world({{"max-length", "77"}, {"max-rooms", "3"}, {"rate", "2"}, {"burst", "9"}});
  FakeClient& client = world.connect();
  client.send(R"({"type":"hello","name":"Ann"})");
  STRCMP_EQUAL(R"({"text":77,"name":32,"rooms":3,"rate":2,"burst":9})",
               next(client, "limits").c_str());
}

TEST(ChatConfig, BinaryIsRefusedByTheHost) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  client.send_binary("x");
  LONGS_EQUAL(1003, client.close_code());
}

TEST(ChatConfig, ASlowClientIsLeftToTheHost) {
  ChatWorld world({{"rate", "1000"}, {"burst", "1000"}});
  world.host.send_queue = 2000;
  FakeClient& slow = world.inside("Ann");
  FakeClient& speaker = world.inside("Bob");
  slow.stop_reading();
  for (int i = 0; i < 50; ++i) speaker.send(say("hello"));
  LONGS_EQUAL(1013, slow.close_code());
  CHECK(speaker.is_open());
}
