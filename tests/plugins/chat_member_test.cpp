// Who is here: members and their connections, names, users whom httpd authenticated.
#include <string>

#include "chat_world.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

std::string count(FakeClient& client) {
  client.send(R"({"type":"who"})");
  return json_at(next_of_type(client, "members"), "count");
}

std::string hello_as(const std::string& name) {
  return R"({"type":"hello","name":)" + quoted(name) + "}";
}

}  // namespace

TEST_GROUP(ChatMember){};

TEST(ChatMember, MustSayHelloFirstAndOnce) {
  ChatWorld world;
  FakeClient& client = world.connect();
  client.send(R"({"type":"join"})");
  STRCMP_EQUAL("hello_first", next(client, "code").c_str());
  client.send(R"({"type":"hello"})");
  STRCMP_EQUAL("missing_field", next(client, "code").c_str());
  client.send(hello_as("Ann"));
  STRCMP_EQUAL("welcome", next(client, "type").c_str());
  client.send(hello_as("Ann"));
  STRCMP_EQUAL("hello_again", next(client, "code").c_str());
}

TEST(ChatMember, NothingIsSentBeforeHello) {
  ChatWorld world;
  FakeClient& other = world.inside("Bob");
  FakeClient& client = world.connect();
  other.send(say("x"));
  CHECK(client.received().empty());
}

TEST(ChatMember, TwoTabsAreOneMember) {
  ChatWorld world;
  FakeClient& other = world.inside("Bob");
  FakeClient& tab = world.inside("Ann");
  STRCMP_EQUAL("joined", next(other, "change").c_str());
  FakeClient& second_tab = world.inside("Ann");
  CHECK(other.received().empty());
  STRCMP_EQUAL("2", count(other).c_str());
  tab.send(say("from the first"));
  STRCMP_EQUAL("from the first", next(second_tab, "text").c_str());
  forget_all(other);
  tab.vanish();
  CHECK(other.received().empty());
  second_tab.close();
  STRCMP_EQUAL("left", next(other, "change").c_str());
  STRCMP_EQUAL("1", count(other).c_str());
}

TEST(ChatMember, AllConnectionsOfAUserAreOneMember) {
  ChatWorld world;
  FakeClient& other = world.inside("Bob");
  world.user_inside("ann");
  world.user_inside("ann");
  STRCMP_EQUAL("2", count(other).c_str());
}

TEST(ChatMember, TwoTabsOfAUserComeOnceAndGoOnce) {
  ChatWorld world;
  FakeClient& other = world.inside("Bob");
  FakeClient& tab = world.user_inside("ann");
  const std::string came = next_of_type(other, "presence");
  STRCMP_EQUAL("u:ann", json_at(came, "member.id").c_str());
  STRCMP_EQUAL("joined", json_at(came, "change").c_str());
  FakeClient& second_tab = world.user_inside("ann");
  CHECK(other.received().empty());
  other.send(R"({"type":"private","to":"u:ann","text":"psst"})");
  forget_all(other);
  STRCMP_EQUAL("psst", json_at(next_of_type(tab, "private"), "text").c_str());
  STRCMP_EQUAL("psst", json_at(next_of_type(second_tab, "private"), "text").c_str());
  tab.vanish();
  CHECK(other.received().empty());
  STRCMP_EQUAL("2", count(other).c_str());
  second_tab.send(R"({"type":"leave"})");
  STRCMP_EQUAL("left", json_at(next_of_type(other, "presence"), "change").c_str());
  STRCMP_EQUAL("1", count(other).c_str());
}

TEST(ChatMember, AUsersTabsInTwoProcessesAreOneMember) {
  ChatWorld world;
  FakeClient& other = world.inside("Bob");
  world.host.enter_elsewhere("chat:/ws/chat:e:lobby", "u:ann", "u-ann\nann");
  FakeClient& tab = world.user_inside("ann");
  STRCMP_EQUAL("joined", next(other, "change").c_str());
  CHECK(other.received().empty());
  STRCMP_EQUAL("2", count(other).c_str());
  tab.vanish();
  CHECK(other.received().empty());
  STRCMP_EQUAL("2", count(other).c_str());
  world.host.leave_elsewhere("chat:/ws/chat:e:lobby", "u:ann");
  STRCMP_EQUAL("left", next(other, "change").c_str());
}

TEST(ChatMember, AUserOfBothProtocolsIsOneMember) {
  ChatWorld world;
  FakeClient& other = world.inside("Bob");
  FakeClient& simple_tab = world.connect_simple("/ws/chat", "ann");
  simple_tab.send(simple("Somebody else", "Hi"));
  FakeClient& tab = world.user_inside("ann");
  forget_all(other);
  other.send(R"({"type":"who"})");
  const std::string members = next_of_type(other, "members");
  STRCMP_EQUAL("2", json_at(members, "count").c_str());
  STRCMP_EQUAL("u:ann", json_at(members, "members.1.id").c_str());
  STRCMP_EQUAL("ann", json_at(members, "members.1.name").c_str());
  simple_tab.vanish();
  CHECK(other.received().empty());
  tab.vanish();
  STRCMP_EQUAL("left", next(other, "change").c_str());
}

TEST(ChatMember, WithoutATokenIsOneConnection) {
  ChatWorld world;
  FakeClient& one = world.connect();
  FakeClient& other = world.connect();
  one.send(hello_as("Ann"));
  other.send(hello_as("Bea"));
  const std::string id = next(one, "you.id");
  CHECK(id != next(other, "you.id"));
  LONGS_EQUAL(24, id.size());
}

TEST(ChatMember, IdDoesNotGiveTheTokenAway) {
  ChatWorld world;
  FakeClient& client = world.connect();
  client.send(R"({"type":"hello","name":"Ann","token":"0123456789abcdef"})");
  const std::string welcome = client.take();
  CHECK(welcome.find("0123456789abcdef") == welcome.npos);
}

TEST(ChatMember, ElsewhereIsListedAndAnnounced) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  world.host.enter_elsewhere("chat:/ws/chat:e:lobby", "u:zoe", "u-zoe");
  world.host.publish_elsewhere("chat:/ws/chat:e:lobby", "{}");
  const std::string event = client.take();
  STRCMP_EQUAL("joined", json_at(event, "change").c_str());
  STRCMP_EQUAL("zoe", json_at(event, "member.name").c_str());
  STRCMP_EQUAL("false", json_at(event, "member.guest").c_str());
  forget_all(client);
  STRCMP_EQUAL("2", count(client).c_str());
  world.host.leave_elsewhere("chat:/ws/chat:e:lobby", "u:zoe");
  STRCMP_EQUAL("left", next(client, "change").c_str());
}

TEST(ChatMember, ListIsCutButCounted) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  for (int i = 0; i < 1000; ++i)
    world.host.enter_elsewhere("chat:/ws/chat:e:lobby", "u:" + std::to_string(i), "u-x");
  world.host.publish_elsewhere("chat:/ws/chat:e:none", "{}");
  forget_all(client);
  client.send(R"({"type":"who"})");
  const std::string members = client.take();
  STRCMP_EQUAL("1001", json_at(members, "count").c_str());
  STRCMP_EQUAL("1000", json_at(members, "members.#").c_str());
}

TEST(ChatMember, AUserGoesByTheUserName) {
  ChatWorld world;
  FakeClient& client = world.connect("/ws/chat", "ann");
  client.send(hello_as("Somebody else"));
  const std::string welcome = client.take();
  STRCMP_EQUAL("ann", json_at(welcome, "you.name").c_str());
  STRCMP_EQUAL("u:ann", json_at(welcome, "you.id").c_str());
  STRCMP_EQUAL("false", json_at(welcome, "you.guest").c_str());
  client.send(R"({"type":"name","name":"Other"})");
  STRCMP_EQUAL("name_fixed", next(client, "code").c_str());
}

TEST(ChatMember, AGuestCanNotEnterUnderANameThatIsThere) {
  ChatWorld world({{"max-errors", "100"}});
  world.user_inside("alice");
  world.inside("Bill");
  for (const char* name : {"alice", "Alice", "ALICE", "al ice", "a\xE2\x80\x8Blice", "\xD0\xB0lice",
                           "alic\xC3\xA9", "\xEF\xBD\x81lice", "aIice", "\xF0\x9D\x90\x9A\x6Cice",
                           "\xE2\x80\xAE"
                           "alice",
                           "bill", "BiIl"}) {
    FakeClient& client = world.connect();
    client.send(hello_as(name));
    forget_all(client);
    client.send(R"({"type":"join"})");
    const std::string answer = client.take();
    STRCMP_EQUAL_TEXT("name_taken", json_at(answer, "code").c_str(), name);
    STRCMP_EQUAL("lobby", json_at(answer, "room").c_str());
    client.send(R"({"type":"join","room":"tea"})");
    STRCMP_EQUAL_TEXT("joined", next(client, "type").c_str(), name);
    client.close();
  }
}

TEST(ChatMember, AGuestCanNotTakeANameThatIsThere) {
  ChatWorld world;
  world.user_inside("alice");
  FakeClient& client = world.inside("Ann");
  client.send(R"({"type":"name","name":"Alice"})");
  STRCMP_EQUAL("name_taken", next(client, "code").c_str());
  client.send(say("x"));
  STRCMP_EQUAL("Ann", next(client, "from.name").c_str());
}

TEST(ChatMember, AUserGetsTheNameEvenIfAGuestHasIt) {
  ChatWorld world;
  FakeClient& guest = world.inside("alice");
  FakeClient& user = world.hello_user("alice");
  user.send(R"({"type":"join"})");
  STRCMP_EQUAL("2", json_at(next_of_type(user, "joined"), "count").c_str());
  STRCMP_EQUAL("u:alice", next(guest, "member.id").c_str());
}

TEST(ChatMember, ServerIsNobodysName) {
  ChatWorld world;
  for (const char* name : {"server", "Server",
                           "\xD1\x95"
                           "erver"}) {
    FakeClient& client = world.connect();
    client.send(hello_as(name));
    STRCMP_EQUAL_TEXT("name_taken", next(client, "code").c_str(), name);
  }
  FakeClient& client = world.inside("Ann");
  client.send(R"({"type":"name","name":"SERVER"})");
  STRCMP_EQUAL("name_taken", next(client, "code").c_str());
}

TEST(ChatMember, NamesArePassedOnAsTheyAre) {
  ChatWorld world;
  for (const char* name : {"<b>Bob</b>",
                           "\xE2\x80\xAE"
                           "eve",
                           "O'Brien \"x\"", "\xD7\x93\xD7\xA0", "a  b", "\\", "&amp;"}) {
    FakeClient& client = world.connect();
    client.send(hello_as(name));
    STRCMP_EQUAL(name, next(client, "you.name").c_str());
  }
}

TEST(ChatMember, NamesWithoutAnythingToSeeAreRefused) {
  ChatWorld world;
  for (const char* name : {"", " ", "\xE2\x80\x8B", "\xE3\x80\x80\xCC\x81", "a\nb", "a\tb",
                           "\x1B[31m", "\x7F", "\xC2\x85", "\xE2\x80\xA8x"}) {
    FakeClient& client = world.connect();
    client.send(hello_as(name));
    STRCMP_EQUAL_TEXT("bad_name", next(client, "code").c_str(), name);
  }
}

TEST(ChatMember, RenamingIsToldInEveryRoom) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  client.send(R"({"type":"join","room":"tea"})");
  forget_all(client);
  FakeClient& other = world.inside("Bob", "/ws/chat/tea");
  client.send(R"({"type":"name","name":"Anna"})");
  const std::string event = other.take();
  STRCMP_EQUAL("renamed", json_at(event, "change").c_str());
  STRCMP_EQUAL("Anna", json_at(event, "member.name").c_str());
  STRCMP_EQUAL("tea", json_at(event, "room").c_str());
  forget_all(client);
  client.send(R"({"type":"who"})");
  STRCMP_EQUAL("Anna", next(client, "members.0.name").c_str());
}

TEST(ChatMember, TypingIsSeenByTheOthers) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  FakeClient& other = world.inside("Bob");
  forget_all(client);
  client.send(R"({"type":"typing"})");
  client.send(R"({"type":"typing","typing":false})");
  CHECK(client.received().empty());
  const std::string typing = other.take();
  STRCMP_EQUAL("Ann", json_at(typing, "member.name").c_str());
  STRCMP_EQUAL("true", json_at(typing, "typing").c_str());
  STRCMP_EQUAL("false", next(other, "typing").c_str());
}

TEST(ChatMember, TypingCanBeTurnedOff) {
  ChatWorld world({{"typing", "off"}});
  FakeClient& client = world.connect();
  client.send(hello_as("Ann"));
  STRCMP_EQUAL("false", next(client, "typing").c_str());
  client.send(R"({"type":"typing"})");
  STRCMP_EQUAL("turned_off", next(client, "code").c_str());
}

TEST(ChatMember, GuestsCanBeTurnedAway) {
  ChatWorld world({{"guests", "off"}});
  LONGS_EQUAL(403, world.connect().handshake().status);
  LONGS_EQUAL(403, world.connect_simple().handshake().status);
  LONGS_EQUAL(101, world.connect("/ws/chat", "ann").handshake().status);
  LONGS_EQUAL(101, world.connect_simple("/ws/chat", "ann").handshake().status);
}

TEST(ChatMember, AUserWhoCanNotBeShownIsTurnedAway) {
  ChatWorld world;
  LONGS_EQUAL(101, world.connect("/ws/chat", std::string(128, 'u')).handshake().status);
  LONGS_EQUAL(403, world.connect("/ws/chat", std::string(129, 'u')).handshake().status);
  LONGS_EQUAL(403, world.connect("/ws/chat", "J\xF6rg").handshake().status);  // Latin-1
  LONGS_EQUAL(403, world.connect("/ws/chat", "a\nb").handshake().status);
  LONGS_EQUAL(403, world.connect("/ws/chat", " ").handshake().status);
  LONGS_EQUAL(101, world.connect("/ws/chat", "J\xC3\xB6rg").handshake().status);
  LONGS_EQUAL(101, world.connect("/ws/chat", "CN=Ann,O=Example").handshake().status);
}
