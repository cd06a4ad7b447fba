// Private messages: to all connections of two members, and to nobody else.
#include <string>

#include "chat_world.h"
#include "room.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

std::string to(const std::string& id, const std::string& text) {
  return R"({"type":"private","to":)" + quoted(id) + R"(,"text":)" + quoted(text) +
         R"(,"client_id":"p-1"})";
}

std::string id_of(FakeClient& client) {
  client.send(R"({"type":"name","name":"Anna"})");
  return json_at(next_of_type(client, "renamed"), "you.id");
}

std::string text_of(FakeClient& client) { return json_at(next_of_type(client, "private"), "text"); }

}  // namespace

TEST_GROUP(ChatPrivate){};

TEST(ChatPrivate, ReachesAllTabsOfBothAndNobodyElse) {
  ChatWorld world;
  FakeClient& ann = world.inside("Ann");
  FakeClient& ann_too = world.hello("Ann");  // in no room
  FakeClient& bob = world.user_inside("bob");
  FakeClient& bob_too = world.hello_user("bob", "/ws/chat/tea");
  FakeClient& eve = world.inside("Eve");
  for (FakeClient* client : {&ann, &bob, &eve}) forget_all(*client);
  ann.send(to("u:bob", "secret"));
  for (FakeClient* client : {&ann, &ann_too, &bob, &bob_too}) {
    const std::string message = client->take();
    STRCMP_EQUAL("private", json_at(message, "type").c_str());
    STRCMP_EQUAL("Ann", json_at(message, "from.name").c_str());
    STRCMP_EQUAL("bob", json_at(message, "to.name").c_str());
    STRCMP_EQUAL("secret", json_at(message, "text").c_str());
    STRCMP_EQUAL("p-1", json_at(message, "client_id").c_str());
    CHECK(client->received().empty());
  }
  CHECK(eve.received().empty());
}

TEST(ChatPrivate, ReachesAGuestByTheId) {
  ChatWorld world;
  FakeClient& ann = world.inside("Ann");
  FakeClient& bob = world.user_inside("bob");
  bob.send(to(id_of(ann), "hi"));
  STRCMP_EQUAL("hi", text_of(ann).c_str());
}

TEST(ChatPrivate, ReachesAMemberInAnotherProcess) {
  ChatWorld world;
  FakeClient& bob = world.user_inside("bob");
  const std::string channel = chat::Channels("/ws/chat", "").of_member("u:zoe");
  world.host.enter_elsewhere(channel, "u:zoe", "u-zoe");
  bob.send(to("u:zoe", "hi"));
  STRCMP_EQUAL("zoe", next(bob, "to.name").c_str());
  CHECK(bob.received().empty());
}

TEST(ChatPrivate, ToOneselfComesOnce) {
  ChatWorld world;
  FakeClient& bob = world.user_inside("bob");
  bob.send(to("u:bob", "note"));
  LONGS_EQUAL(1, bob.received().size());
  STRCMP_EQUAL("note", text_of(bob).c_str());
}

TEST(ChatPrivate, ToNobodyIsAnError) {
  ChatWorld world;
  FakeClient& ann = world.inside("Ann");
  FakeClient& bob = world.user_inside("bob");
  bob.close();
  forget_all(ann);
  for (const char* id : {"u:bob", "u:nobody", "g:AAAAAAAAAAAAAAAAAAAAAA", "lobby", "*"}) {
    ann.send(to(id, "hi"));
    const std::string answer = ann.take();
    STRCMP_EQUAL_TEXT("unreachable", json_at(answer, "code").c_str(), id);
    STRCMP_EQUAL("p-1", json_at(answer, "client_id").c_str());
  }
}

TEST(ChatPrivate, SimpleClientsHearNone) {
  ChatWorld world;
  FakeClient& old = world.connect_simple("/ws/chat", "carol");
  old.send(simple("carol", "hi"));
  forget_all(old);
  FakeClient& ann = world.inside("Ann");
  ann.send(to("u:carol", "hi"));
  STRCMP_EQUAL("unreachable", next(ann, "code").c_str());
  CHECK(old.received().empty());
}

TEST(ChatPrivate, IsKeptForThoseWhoComeBack) {
  ChatWorld world;
  FakeClient& ann = world.inside("Ann");
  FakeClient& bob = world.user_inside("bob");
  ann.send(to("u:bob", "one"));
  bob.vanish();
  FakeClient& tab = world.hello_user("bob");
  ann.send(to("u:bob", "two"));
  tab.vanish();
  FakeClient& again = world.connect("/ws/chat", "bob");
  again.send(R"({"type":"hello","since":{"epoch":"7","offset":"1"}})");
  const std::string welcome = again.take();
  STRCMP_EQUAL("true", json_at(welcome, "private.recovered").c_str());
  STRCMP_EQUAL("1", json_at(welcome, "private.messages.#").c_str());
  STRCMP_EQUAL("two", json_at(welcome, "private.messages.0.text").c_str());
  FakeClient& fresh = world.connect("/ws/chat", "bob");
  fresh.send(R"({"type":"hello"})");
  STRCMP_EQUAL("2", next(fresh, "private.messages.#").c_str());
}

TEST(ChatPrivate, ConversationHasBothSides) {
  ChatWorld world;
  FakeClient& ann = world.inside("Ann");
  FakeClient& bob = world.user_inside("bob");
  const std::string ann_id = id_of(ann);
  ann.send(to("u:bob", "ping"));
  bob.send(to(ann_id, "pong"));
  FakeClient& tab = world.connect("/ws/chat", "bob");
  tab.send(R"({"type":"hello"})");
  const std::string welcome = tab.take();
  STRCMP_EQUAL("ping", json_at(welcome, "private.messages.0.text").c_str());
  STRCMP_EQUAL("pong", json_at(welcome, "private.messages.1.text").c_str());
}

TEST(ChatPrivate, CanBeTurnedOff) {
  ChatWorld world({{"private", "off"}});
  FakeClient& ann = world.connect();
  ann.send(R"({"type":"hello","name":"Ann"})");
  STRCMP_EQUAL("(none)", next(ann, "private").c_str());
  ann.send(to("u:bob", "hi"));
  STRCMP_EQUAL("turned_off", next(ann, "code").c_str());
}

TEST(ChatPrivate, IsOfOneLocation) {
  ChatWorld world;
  FakeClient& bob = world.user_inside("bob");
  const std::string channel = chat::Channels("/ws/other", "").of_member("u:zoe");
  world.host.enter_elsewhere(channel, "u:zoe", "u-zoe");
  bob.send(to("u:zoe", "hi"));
  STRCMP_EQUAL("unreachable", next(bob, "code").c_str());
}

TEST(ChatPrivate, HistoryThatFailsStillWelcomes) {
  ChatWorld world;
  world.host.history_status = WSP_E_FAILED;
  FakeClient& ann = world.connect();
  ann.send(R"({"type":"hello","name":"Ann"})");
  STRCMP_EQUAL("welcome", next(ann, "type").c_str());
}
