// Rooms: from the path, from join, in their Location.
#include <string>

#include "chat_world.h"
#include "room.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

using chat::ChannelKind;
using chat::Channels;

namespace {

std::string joined_room(FakeClient& client) {
  client.send(R"({"type":"join"})");
  return json_at(next_of_type(client, "joined"), "room");
}

}  // namespace

TEST_GROUP(ChatRoom){};

TEST(ChatRoom, ComesFromThePath) {
  ChatWorld world;
  STRCMP_EQUAL("lobby", joined_room(world.hello("A", "/ws/chat")).c_str());
  STRCMP_EQUAL("lobby", joined_room(world.hello("B", "/ws/chat/")).c_str());
  STRCMP_EQUAL("tea", joined_room(world.hello("C", "/ws/chat/tea")).c_str());
  STRCMP_EQUAL("tea", joined_room(world.hello("D", "/ws/chat/tea/")).c_str());
  STRCMP_EQUAL("t\xC3\xA9", joined_room(world.hello("E", "/ws/chat/t\xC3\xA9")).c_str());
}

TEST(ChatRoom, OfAPatternIsTheDefault) {
  ChatWorld world({{"room", "hall"}}, "^/ws/(chat|talk)");
  STRCMP_EQUAL("hall", joined_room(world.hello("A", "/ws/chat/tea")).c_str());
}

TEST(ChatRoom, WithABadNameInThePathIs404) {
  ChatWorld world;
  for (const char* path :
       {"/ws/chat/a/b", "/ws/chat/..", "/ws/chat/.", "/ws/chat/a b", "/ws/chat/*", "/ws/chat//",
        "/ws/chat/a?", "/ws/chat/\xFF", "/ws/chat/\xED\xA0\x80", "/ws/chat/a\nb", "/ws/chat/{a}",
        "/ws/chat/a:b", "/ws/chat/a%b", "/ws/chat/\xE2\x80\x8B", "/ws/chatter"}) {
    LONGS_EQUAL_TEXT(404, world.connect(path).handshake().status, path);
    LONGS_EQUAL_TEXT(404, world.connect_simple(path).handshake().status, path);
  }
  LONGS_EQUAL(101, world.connect("/ws/chat/" + std::string(64, 'x')).handshake().status);
  LONGS_EQUAL(404, world.connect("/ws/chat/" + std::string(65, 'x')).handshake().status);
}

TEST(ChatRoom, WithABadNameInJoinIsAnError) {
  ChatWorld world({{"max-errors", "100"}});
  FakeClient& client = world.hello("Ann");
  for (const char* room :
       {"",        " ",       "a b",     "..",      ".",        "a/b",     "*",
        "?",       "[a]",     "a\\\\b",  "a\\n",    "a\\r\\nb", "\\u007f", "\\u0085",
        "\\u00a0", "\\u2028", "\\u202e", "\\u200b", "\\ufeff",  "\\uffff"}) {
    client.send(std::string(R"({"type":"join","room":")") + room + R"("})");
    STRCMP_EQUAL_TEXT("bad_room", next(client, "code").c_str(), room);
  }
}

TEST(ChatRoom, IsHeardByThoseInsideOnly) {
  ChatWorld world;
  FakeClient& tea = world.inside("Ann", "/ws/chat/tea");
  FakeClient& lobby = world.inside("Bob");
  tea.send(say("Earl Grey"));
  STRCMP_EQUAL("Earl Grey", next(tea, "text").c_str());
  CHECK(lobby.received().empty());
  lobby.send(R"({"type":"join","room":"tea"})");
  STRCMP_EQUAL("1", json_at(next_of_type(lobby, "joined"), "messages.#").c_str());
  tea.send(say("Darjeeling"));
  STRCMP_EQUAL("Darjeeling", json_at(next_of_type(lobby, "message"), "text").c_str());
}

TEST(ChatRoom, MustBeJoinedBeforeAnythingIsSaid) {
  ChatWorld world;
  FakeClient& client = world.hello("Ann");
  for (const std::string& frame : {say("x"), std::string(R"({"type":"typing"})"),
                                   std::string(R"({"type":"who","room":"tea"})")}) {
    client.send(frame);
    STRCMP_EQUAL("not_in_room", next(client, "code").c_str());
  }
}

TEST(ChatRoom, CanBeLeftTwiceAndJoinedTwice) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  FakeClient& other = world.inside("Bob");
  forget_all(client);
  client.send(R"({"type":"join"})");
  STRCMP_EQUAL("joined", next(client, "type").c_str());
  client.send(R"({"type":"leave"})");
  STRCMP_EQUAL("left", next(client, "type").c_str());
  client.send(R"({"type":"leave","room":"nowhere"})");
  STRCMP_EQUAL("left", next(client, "type").c_str());
  STRCMP_EQUAL("left", next(other, "change").c_str());
  CHECK(other.received().empty());
  other.send(say("x"));
  CHECK(client.received().empty());
}

TEST(ChatRoom, JoinPathKeepsClientsInTheirAddress) {
  ChatWorld world({{"join", "path"}});
  FakeClient& client = world.hello("Ann", "/ws/chat/tea");
  client.send(R"({"type":"join","room":"board"})");
  STRCMP_EQUAL("room_not_allowed", next(client, "code").c_str());
  client.send(R"({"type":"join","room":"tea"})");
  STRCMP_EQUAL("joined", next(client, "type").c_str());
}

TEST(ChatRoom, HistoryThatFailsLeavesTheRoom) {
  ChatWorld world;
  FakeClient& client = world.hello("Ann");
  FakeClient& other = world.inside("Bob");
  world.host.history_status = WSP_E_FAILED;
  client.send(R"({"type":"join"})");
  STRCMP_EQUAL("try_again", json_at(next_of_type(client, "error"), "code").c_str());
  STRCMP_EQUAL("joined", next(other, "change").c_str());
  STRCMP_EQUAL("left", next(other, "change").c_str());
  client.send(say("x"));
  STRCMP_EQUAL("not_in_room", json_at(next_of_type(client, "error"), "code").c_str());
  world.host.history_status = WSP_OK;
  STRCMP_EQUAL("lobby", joined_room(client).c_str());
}

TEST(ChatRoom, ChannelsOfDifferentRoomsDiffer) {
  const Channels here("/ws/chat", ""), there("/ws/chat/", ""), realm("/ws/chat", "ws");
  const Channels again("/elsewhere", "ws");
  const auto room = [](const Channels& channels, const char* name) {
    return channels.of_room(ChannelKind::room, name);
  };
  STRCMP_EQUAL("chat:/ws/chat:r:tea", room(here, "tea").c_str());
  STRCMP_EQUAL("chat:=ws:r:tea", room(realm, "tea").c_str());
  CHECK(room(here, "tea") != room(there, "tea"));
  CHECK(room(here, "tea") != here.of_room(ChannelKind::events, "tea"));
  CHECK(room(here, "tea") != room(realm, "tea"));
  CHECK(room(realm, "tea") == room(again, "tea"));
  // A location that looks like a realm, and names that look like separators.
  CHECK(room(Channels("=ws", ""), "tea") != room(realm, "tea"));
  CHECK(room(Channels("/a:r:b", ""), "c") != room(Channels("/a", ""), "b:r:c"));
  CHECK(here.of_member("u:ann") != here.of_member("u:bob"));
  const std::string odd = "{t\xC3\xA9}*:%~";
  STRCMP_EQUAL(odd.c_str(), here.room_of(here.of_room(ChannelKind::events, odd)).c_str());
  CHECK(here.kind_of(here.of_member("u:ann")) == ChannelKind::member);
}

TEST(ChatRoom, LongestNamesFitAChannel) {
  const std::string location(chat::kMaxRootBytes, 'l');
  CHECK(Channels::root_fits(location, ""));
  CHECK(!Channels::root_fits(location + "l", ""));
  std::string room;
  while (room.size() < chat::kMaxRoomBytes) room += "\xF0\x9F\x91\x8B";
  CHECK(chat::is_valid_room(room));
  const std::string channel = Channels(location, "").of_room(ChannelKind::room, room);
  CHECK(channel.size() <= 255);
  CHECK(wsp::testing::is_channel_name(channel));
}
