// What clients say wrongly: each gets a clear error, and the connection lives.
#include <string>
#include <vector>

#include "notifications_world.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

struct Case {
  std::string frame;
  std::string answer;
};

std::string error(const std::string& code, const std::string& of = "",
                  const std::string& field = "") {
  return "\"code\":\"" + code + "\",... " + of + " " + field;
}

std::string ids(std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += (i == 0 ? "\"7-1\"" : ",\"7-1\"");
  return R"({"type":"read","ids":[)" + all + "]}";
}

std::vector<Case> cases() {
  const std::string deep(100'000, '[');
  return {
      {"", error("bad_json")},
      {"hello", error("bad_json")},
      {"[]", error("bad_json")},
      {"42", error("bad_json")},
      {R"({"type":"hello"} x)", error("bad_json")},
      {R"({"type":"hello",})", error("bad_json")},
      {R"({"type":"hello","a":)" + deep, error("bad_json")},
      {R"({"type":"\ud800"})", error("bad_json")},
      {R"({"type":"hel\u0000lo"})", error("bad_json")},
      {"{\"type\":\"a\nb\"}", error("bad_json")},
      {std::string(128 * 1024 + 1, ' '), error("too_big")},
      {R"({"type":")" + std::string(1'000'000, 'x') + R"("})", error("too_big")},
      {"{}", error("missing_field", "", "type")},
      {R"({"type":7})", error("bad_field", "", "type")},
      {R"({"type":"read","type":"read"})", error("duplicate_field", "", "type")},
      {R"({"type":""})", error("unknown_type", "", "type")},
      {R"({"type":"welcome"})", error("unknown_type", "welcome", "type")},
      {R"({"type":"dance"})", error("unknown_type", "dance", "type")},
      {R"({"type":"hello","name":"Ann"})", error("unknown_field", "hello", "name")},
      {R"({"type":"hello","since":[]})", error("bad_field", "hello", "since")},
      {R"({"type":"hello","since":"now"})", error("bad_field", "hello", "since")},
      {R"({"type":"hello","since":{"":7}})", error("bad_field", "hello", "since")},
      {R"({"type":"hello","since":{"a":{},"a":{}}})", error("duplicate_field", "hello", "since")},
      {R"({"type":"read"})", error("missing_field", "read", "ids")},
      {R"({"type":"read","all":false})", error("missing_field", "read", "ids")},
      {R"({"type":"read","all":1})", error("bad_field", "read", "all")},
      {R"({"type":"read","all":true,"ids":[]})", error("bad_field", "read", "all")},
      {R"({"type":"read","ids":"7-1"})", error("bad_field", "read", "ids")},
      {R"({"type":"read","ids":[7]})", error("bad_field", "read", "ids")},
      {R"({"type":"read","ids":["x"]})", error("bad_field", "read", "ids")},
      {R"({"type":"read","ids":["7"]})", error("bad_field", "read", "ids")},
      {R"({"type":"read","ids":["-1"]})", error("bad_field", "read", "ids")},
      {R"({"type":"read","ids":["7-18446744073709551616"]})", error("bad_field", "read", "ids")},
      {R"({"type":"read","ids":["7-1@"]})", error("bad_field", "read", "ids")},
      {R"({"type":"read","ids":["7-1@a b"]})", error("bad_field", "read", "ids")},
      {ids(1001), error("bad_field", "read", "ids")},
      {R"({"type":"read","ids":[],"ids":[]})", error("duplicate_field", "read", "ids")},
      {R"({"type":"follow"})", error("missing_field", "follow", "topic")},
      {R"({"type":"follow","topic":1})", error("bad_field", "follow", "topic")},
      {R"({"type":"follow","topic":""})", error("bad_topic", "follow", "topic")},
      {R"({"type":"unfollow","topic":"a b"})", error("bad_topic", "unfollow", "topic")},
      {R"({"type":"follow","topic":"offers.*"})", error("bad_topic", "follow", "topic")},
      {R"({"type":"follow","topic":"news\r\n"})", error("bad_topic", "follow", "topic")},
      {R"({"type":"token"})", error("missing_field", "token", "token")},
      {R"({"type":"token","token":1e999})", error("bad_field", "token", "token")},
  };
}

// The part of an error that a case states.
std::string stated(FakeClient& client) {
  if (client.received().empty()) return "(nothing)";
  const std::string json = client.take();
  const auto value = [&](const std::string& name) {
    const std::size_t at = json.find("\"" + name + "\":\"");
    if (at == std::string::npos) return std::string();
    const std::size_t begin = at + name.size() + 4;
    return json.substr(begin, json.find('"', begin) - begin);
  };
  return error(value("code"), value("of"), value("field"));
}

}  // namespace

TEST_GROUP(NotificationsJson){};

TEST(NotificationsJson, EachFaultHasItsError) {
  NotificationsWorld world({{"burst", "10000"}, {"max-errors", "1000"}});
  FakeClient& ann = world.here();
  for (const Case& c : cases()) {
    ann.send(c.frame);
    STRCMP_EQUAL_TEXT(c.answer.c_str(), stated(ann).c_str(), c.frame.substr(0, 200).c_str());
    LONGS_EQUAL_TEXT(0, ann.received().size(), c.frame.substr(0, 200).c_str());
  }
  CHECK(ann.is_open());
  world.publish("user:ann", titled("Still here"));
  CHECK(heard(ann).ends_with("Still here"));
}

TEST(NotificationsJson, WhatIsAtTheLimitIsTaken) {
  NotificationsWorld world;
  FakeClient& ann = world.here();
  ann.send(ids(1000));
  STRCMP_EQUAL("badge 0", heard(ann).c_str());
  std::string padded = R"({"type":"read","all":true})";
  padded.append(128 * 1024 - padded.size(), ' ');
  ann.send(padded);
  STRCMP_EQUAL("badge 0", heard(ann).c_str());
}

TEST(NotificationsJson, AFaultBeforeHelloIsNoHello) {
  NotificationsWorld world;
  world.publish("user:ann", titled("One"));
  FakeClient& ann = world.connect();
  ann.send("nonsense");
  STRCMP_EQUAL("error bad_json", heard(ann).c_str());
  ann.send(R"({"type":"hello"})");
  STRCMP_EQUAL("welcome; notification 7-1 One!; ready 1", heard(ann).c_str());
}

TEST(NotificationsJson, TooManyInARowEndTheConnection) {
  NotificationsWorld world({{"max-errors", "3"}});
  FakeClient& ann = world.here();
  for (int i = 0; i < 3; ++i) ann.send("nonsense");
  CHECK(ann.is_open());
  ann.send("nonsense");
  LONGS_EQUAL(1008, ann.close_code());
}

TEST(NotificationsJson, TooFastIsToldAndLives) {
  NotificationsWorld world({{"rate", "1"}, {"burst", "2"}});
  FakeClient& ann = world.here();  // hello is one
  ann.send(R"({"type":"read","all":true})");
  ann.send(R"({"type":"read","all":true})");
  STRCMP_EQUAL("badge 0", heard(ann).substr(0, 7).c_str());
  ann.send(R"({"type":"follow","topic":"news"})");
  const std::string refused = ann.take();
  CHECK(refused.find("rate_limited") != std::string::npos);
  CHECK(refused.find("retry_after_ms") != std::string::npos);
  CHECK(ann.is_open());
}
