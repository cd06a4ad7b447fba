// The simple protocol: a page of ten lines, unchanged, among all the others.
#include <string>

#include "chat_world.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

void check_notice(FakeClient& client, const char* about) {
  const std::string notice = client.received().empty() ? "" : client.take();
  STRCMP_EQUAL_TEXT("server", json_at(notice, "chat_user").c_str(), about);
  CHECK_TEXT(json_at(notice, "chat_message").size() > 10, about);
  STRCMP_EQUAL_TEXT("(none)", json_at(notice, "type").c_str(), about);
}

}  // namespace

TEST_GROUP(ChatSimple){};

TEST(ChatSimple, EverybodyGetsTheSameBack) {
  ChatWorld world;
  FakeClient& one = world.connect_simple();
  FakeClient& two = world.connect_simple();
  CHECK(one.received().empty());
  const std::string frame = R"({"chat_user":"Ann","chat_message":"Hi <b>all</b> \u00e4"})";
  one.send(frame);
  for (FakeClient* client : {&one, &two}) {
    STRCMP_EQUAL("{\"chat_user\":\"Ann\",\"chat_message\":\"Hi <b>all</b> \xC3\xA4\"}",
                 client->take().c_str());
    CHECK(client->received().empty());
  }
}

TEST(ChatSimple, GetsNothingElse) {
  ChatWorld world;
  FakeClient& old = world.connect_simple();
  FakeClient& modern = world.inside("Ann");
  modern.send(R"({"type":"typing"})");
  modern.send(R"({"type":"name","name":"Anna"})");
  world.inside("Eve").close();
  CHECK(old.received().empty());
  modern.send(say("hi", "m-1"));
  STRCMP_EQUAL(R"({"chat_user":"Anna","chat_message":"hi"})", old.take().c_str());
}

TEST(ChatSimple, GetsNoHistory) {
  ChatWorld world;
  world.inside("Ann").send(say("earlier"));
  CHECK(world.connect_simple().received().empty());
}

TEST(ChatSimple, IsAMemberFromTheFirstMessageOn) {
  ChatWorld world;
  FakeClient& modern = world.inside("Ann");
  FakeClient& old = world.connect_simple();
  CHECK(modern.received().empty());
  old.send(simple("Bob", "hi"));
  const std::string joined = next_of_type(modern, "presence");
  STRCMP_EQUAL("Bob", json_at(joined, "member.name").c_str());
  STRCMP_EQUAL("true", json_at(joined, "member.guest").c_str());
  STRCMP_EQUAL("true", json_at(joined, "member.simple").c_str());
  forget_all(modern);
  old.send(simple("Bob", "again"));
  const std::string message = modern.take();
  STRCMP_EQUAL("Bob", json_at(message, "from.name").c_str());
  STRCMP_EQUAL("again", json_at(message, "text").c_str());
  old.vanish();
  STRCMP_EQUAL("left", next(modern, "change").c_str());
}

TEST(ChatSimple, MayChangeTheName) {
  ChatWorld world;
  FakeClient& modern = world.inside("Ann");
  FakeClient& old = world.connect_simple();
  old.send(simple("Bob", "hi"));
  forget_all(modern);
  old.send(simple("Bert", "hi"));
  STRCMP_EQUAL("Bert", json_at(next_of_type(modern, "presence"), "member.name").c_str());
  STRCMP_EQUAL("(nothing)", next_of_type(modern, "presence").c_str());
}

TEST(ChatSimple, MayShareANameAmongThemselves) {
  ChatWorld world;
  FakeClient& one = world.connect_simple();
  FakeClient& two = world.connect_simple();
  one.send(simple("me", "1"));
  two.send(simple("me", "2"));
  LONGS_EQUAL(2, one.received().size());
}

TEST(ChatSimple, RoomsComeFromThePath) {
  ChatWorld world;
  FakeClient& tea = world.connect_simple("/ws/chat/tea");
  FakeClient& lobby = world.connect_simple();
  tea.send(simple("Ann", "hi"));
  LONGS_EQUAL(1, tea.received().size());
  CHECK(lobby.received().empty());
}

TEST(ChatSimple, AUserSpeaksUnderTheUserName) {
  ChatWorld world;
  FakeClient& old = world.connect_simple("/ws/chat", "carol");
  for (const char* name : {"mallory", "", "server"}) {
    old.send(simple(name, "hi"));
    STRCMP_EQUAL(R"({"chat_user":"carol","chat_message":"hi"})", old.take().c_str());
  }
}

TEST(ChatSimple, AGuestCanNotHaveAUsersName) {
  ChatWorld world;
  world.user_inside("alice");
  FakeClient& old = world.connect_simple();
  for (const char* name : {"alice", "Alice", "\xD0\xB0lice", "server"}) {
    old.send(simple(name, "hi"));
    check_notice(old, name);
  }
}

TEST(ChatSimple, OtherFieldsArePassedOver) {
  ChatWorld world;
  FakeClient& old = world.connect_simple();
  old.send(R"({"id":1,"chat_user":"Ann","chat_message":"hi","deep":{"a":[]}})");
  STRCMP_EQUAL(R"({"chat_user":"Ann","chat_message":"hi"})", old.take().c_str());
}

TEST(ChatSimple, WhatIsWrongIsSaidInTheSameShape) {
  ChatWorld world({{"max-length", "5"}, {"max-errors", "100"}});
  FakeClient& old = world.connect_simple();
  FakeClient& other = world.connect_simple();
  for (const char* frame :
       {"", "hello", "{}", "[]", R"({"chat_user":"Ann"})", R"({"chat_message":"hi"})",
        R"({"chat_user":5,"chat_message":"hi"})", R"({"chat_user":"Ann","chat_message":null})",
        R"({"chat_user":"","chat_message":"hi"})", R"({"chat_user":"Ann","chat_message":""})",
        R"({"chat_user":"Ann","chat_message":"123456"})",
        R"({"chat_user":"Ann","chat_message":"\u001b[m"})",
        R"({"chat_user":"A\u0007","chat_message":"hi"})",
        R"({"chat_user":"Ann","chat_message":"hi","chat_message":"ho"})",
        R"({"chat_user":"Ann","chat_message":"hi"}x)", R"({"type":"hello","name":"Ann"})"}) {
    old.send(frame);
    check_notice(old, frame);
    CHECK_TEXT(old.received().empty(), frame);
  }
  CHECK(old.is_open());
  CHECK(other.received().empty());
  old.send(simple("Ann", "12345"));
  LONGS_EQUAL(1, other.received().size());
}

TEST(ChatSimple, FloodIsEnded) {
  ChatWorld world({{"rate", "1"}, {"burst", "5"}});
  FakeClient& old = world.connect_simple();
  for (int i = 0; i < 100; ++i) old.send(simple("Ann", "x"));
  LONGS_EQUAL(1008, old.close_code());
  CHECK(old.received().size() < 20);
}

TEST(ChatSimple, CanBeTurnedOff) {
  ChatWorld world({{"simple", "off"}});
  LONGS_EQUAL(400, world.connect_simple().handshake().status);
  FakeClient& modern = world.inside("Ann");
  modern.send(say("hi"));
  STRCMP_EQUAL("hi", next(modern, "text").c_str());
}

TEST(ChatSimple, AnUnknownSubprotocolIsSimple) {
  ChatWorld world;
  FakeClient& old = world.host.connect({.path = "/ws/chat", .subprotocols = {"soap", "chat.v2"}});
  STRCMP_EQUAL("", old.handshake().subprotocol.c_str());
  old.send(simple("Ann", "hi"));
  STRCMP_EQUAL(simple("Ann", "hi").c_str(), old.take().c_str());
}
