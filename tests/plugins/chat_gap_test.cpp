// A process that falls behind: who is told that something is missing, and that joining again
// brings it back.
#include <string>

#include "chat_world.h"
#include "room.h"
#include "server_message.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

constexpr const char* kRoom = "chat:/ws/chat:r:lobby";
constexpr const char* kEvents = "chat:/ws/chat:e:lobby";
constexpr const char* kSimple = "chat:/ws/chat:s:lobby";
constexpr const char* kGap = R"({"type":"gap","room":"lobby"})";

std::string said(std::string_view text) {
  return chat::unstamped_message("lobby", {.id = "u:zoe", .name = "zoe", .guest = false}, text, "");
}

void lose(ChatWorld& world, std::initializer_list<const char*> texts) {
  const wsp_publish_options keep = {sizeof keep, 100, 0, 0};
  std::vector<std::string> all;
  for (const char* text : texts) all.push_back(said(text));
  world.host.lose(kRoom, all, &keep);
}

}  // namespace

TEST_GROUP(ChatGap){};

TEST(ChatGap, IsToldToTheRoom) {
  ChatWorld world;
  FakeClient& ann = world.inside("Ann");
  FakeClient& bob = world.user_inside("bob");
  FakeClient& elsewhere = world.inside("Eve", "/ws/chat/tea");
  forget_all(ann);
  lose(world, {"one"});
  STRCMP_EQUAL(kGap, ann.take().c_str());
  STRCMP_EQUAL(kGap, bob.take().c_str());
  CHECK(ann.received().empty());
  CHECK(elsewhere.received().empty());
}

TEST(ChatGap, IsFilledByJoiningAgain) {
  ChatWorld world;
  FakeClient& ann = world.inside("Ann");
  FakeClient& bob = world.inside("Bob");
  bob.send(say("before"));
  forget_all(ann);
  lose(world, {"one", "two"});
  bob.send(say("after"));
  forget_all(bob);
  STRCMP_EQUAL(kGap, ann.take().c_str());
  STRCMP_EQUAL("7-4", next(ann, "id").c_str());
  ann.send(R"({"type":"join","since":{"epoch":"7","offset":"1"}})");
  const std::string joined = ann.take();
  STRCMP_EQUAL("true", json_at(joined, "recovered").c_str());
  STRCMP_EQUAL("3", json_at(joined, "messages.#").c_str());
  STRCMP_EQUAL("one", json_at(joined, "messages.0.text").c_str());
  STRCMP_EQUAL("two", json_at(joined, "messages.1.text").c_str());
  STRCMP_EQUAL("after", json_at(joined, "messages.2.text").c_str());
  STRCMP_EQUAL("2", json_at(joined, "count").c_str());
  CHECK_TEXT(bob.received().empty(), "she did not come or go");
  bob.send(say("live"));
  STRCMP_EQUAL("live", next(ann, "text").c_str());
  CHECK_TEXT(ann.received().empty(), "once");
}

TEST(ChatGap, IsAlsoThatOfComingAndGoing) {
  ChatWorld world;
  FakeClient& ann = world.inside("Ann");
  world.host.lose(kEvents);
  STRCMP_EQUAL(kGap, ann.take().c_str());
}

TEST(ChatGap, IsUnknownToSimpleClients) {
  ChatWorld world;
  FakeClient& bob = world.connect_simple();
  world.host.lose(kSimple, {"x"});
  lose(world, {"one"});
  CHECK(bob.received().empty());
}

TEST(ChatGap, OfPrivateMessagesIsFilledByComingBack) {
  ChatWorld world;
  FakeClient& ann = world.user_inside("ann");
  FakeClient& bob = world.user_inside("bob");
  bob.send(R"({"type":"private","to":"u:ann","text":"one"})");
  forget_all(ann);
  const std::string channel = chat::Channels("/ws/chat", "").of_member("u:ann");
  const wsp_publish_options keep = {sizeof keep, 100, 0, 0};
  const chat::Member from = {.id = "u:bob", .name = "bob", .guest = false};
  const chat::Member to = {.id = "u:ann", .name = "ann", .guest = false};
  forget_all(bob);
  world.host.lose(channel, {chat::unstamped_private(from, to, "two", "")}, &keep);
  STRCMP_EQUAL(R"({"type":"gap"})", ann.take().c_str());
  CHECK(bob.received().empty());
  ann.close();
  FakeClient& back = world.connect("/ws/chat", "ann");
  back.send(R"({"type":"hello","since":{"epoch":"7","offset":"1"}})");
  const std::string welcome = back.take();
  STRCMP_EQUAL("true", json_at(welcome, "private.recovered").c_str());
  STRCMP_EQUAL("1", json_at(welcome, "private.messages.#").c_str());
  STRCMP_EQUAL("two", json_at(welcome, "private.messages.0.text").c_str());
}
