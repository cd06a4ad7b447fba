// The chat's limits: at each, and one beyond it.
#include <string>

#include "chat_world.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

const std::string kHand = "\xF0\x9F\x91\x8B";  // one code point, four bytes

std::string times(int count, const std::string& text) {
  std::string out;
  while (count-- > 0) out += text;
  return out;
}

std::string join(const std::string& room) {
  return R"({"type":"join","room":)" + quoted(room) + "}";
}

std::string named(const std::string& name) {
  return R"({"type":"name","name":)" + quoted(name) + "}";
}

}  // namespace

TEST_GROUP(ChatLimits){};

TEST(ChatLimits, LengthOfAMessageCountsInCodePoints) {
  ChatWorld world({{"max-length", "10"}});
  FakeClient& client = world.inside("Ann");
  client.send(say(times(10, kHand)));
  STRCMP_EQUAL(times(10, kHand).c_str(), next(client, "text").c_str());
  client.send(say(times(11, kHand)));
  STRCMP_EQUAL("too_long", next(client, "code").c_str());
  client.send(say(times(11, "a")));
  STRCMP_EQUAL("too_long", next(client, "code").c_str());
}

TEST(ChatLimits, DefaultLengthIs2000) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  client.send(say(std::string(2000, 'a')));
  LONGS_EQUAL(2000, next(client, "text").size());
  client.send(say(std::string(2001, 'a')));
  STRCMP_EQUAL("too_long", next(client, "code").c_str());
}

TEST(ChatLimits, LongestMessageFitsTheFrameHoweverItIsWritten) {
  ChatWorld world({{"max-length", "100"}});
  FakeClient& client = world.inside("Ann");
  client.send(R"({"type":"say","text":")" + times(100, R"(\ud83d\ude00)") + R"("})");
  STRCMP_EQUAL(times(100, "\xF0\x9F\x98\x80").c_str(), next(client, "text").c_str());
}

TEST(ChatLimits, FrameAtItsLimitIsReadAndOneByteMoreIsNot) {
  ChatWorld world({{"max-length", "100"}});
  FakeClient& client = world.inside("Ann");
  const std::string frame = say("short");
  const std::size_t limit = 100 * 12 + 4096;
  client.send(frame + std::string(limit - frame.size(), ' '));
  STRCMP_EQUAL("short", next(client, "text").c_str());
  client.send(frame + std::string(limit - frame.size() + 1, ' '));
  STRCMP_EQUAL("too_big", next(client, "code").c_str());
  client.send(std::string(1 << 20, 'x'));
  STRCMP_EQUAL("too_big", next(client, "code").c_str());
  CHECK(client.is_open());
}

TEST(ChatLimits, NameHas32CodePoints) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  client.send(named(times(32, kHand)));
  STRCMP_EQUAL("renamed", next(client, "type").c_str());
  forget_all(client);
  client.send(named(times(33, kHand)));
  STRCMP_EQUAL("bad_name", next(client, "code").c_str());
}

TEST(ChatLimits, ClientIdHas64CodePoints) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  client.send(say("x", times(64, kHand)));
  STRCMP_EQUAL(times(64, kHand).c_str(), next(client, "client_id").c_str());
  client.send(say("x", times(65, "a")));
  STRCMP_EQUAL("bad_field", next(client, "code").c_str());
}

TEST(ChatLimits, TokenHas16To128Bytes) {
  ChatWorld world;
  for (const auto& [size, answer] :
       {std::pair{15, "error"}, {16, "welcome"}, {128, "welcome"}, {129, "error"}}) {
    FakeClient& client = world.connect();
    client.send(R"({"type":"hello","name":"Ann","token":")" + std::string(size, 't') + R"("})");
    STRCMP_EQUAL(answer, next(client, "type").c_str());
  }
}

TEST(ChatLimits, RoomHas64Bytes) {
  ChatWorld world;
  FakeClient& client = world.hello("Ann");
  client.send(join(std::string(64, 'r')));
  STRCMP_EQUAL("joined", next(client, "type").c_str());
  forget_all(client);
  client.send(join(std::string(65, 'r')));
  STRCMP_EQUAL("bad_room", next(client, "code").c_str());
}

TEST(ChatLimits, RoomsOfOneConnection) {
  ChatWorld world({{"max-rooms", "3"}});
  FakeClient& client = world.hello("Ann");
  for (const char* room : {"a", "b", "c"}) {
    client.send(join(room));
    STRCMP_EQUAL("joined", next(client, "type").c_str());
    forget_all(client);
  }
  client.send(join("d"));
  STRCMP_EQUAL("too_many_rooms", next(client, "code").c_str());
  client.send(join("a"));  // is there already
  STRCMP_EQUAL("joined", next(client, "type").c_str());
  client.send(R"({"type":"leave","room":"a"})");
  STRCMP_EQUAL("left", next(client, "type").c_str());
  client.send(join("d"));
  STRCMP_EQUAL("joined", next(client, "type").c_str());
}

// Hello and join cost one each: what is left of the burst is said, and one more is refused.
TEST(ChatLimits, RateOfMessages) {
  ChatWorld world({{"rate", "1"}, {"burst", "12"}});
  FakeClient& client = world.inside("Ann");
  for (int i = 0; i < 10; ++i) {
    client.send(say("x"));
    STRCMP_EQUAL("message", next(client, "type").c_str());
  }
  client.send(say("x", "m-11"));
  const std::string answer = client.take();
  STRCMP_EQUAL("rate_limited", json_at(answer, "code").c_str());
  STRCMP_EQUAL("m-11", json_at(answer, "client_id").c_str());
  const int wait_ms = std::stoi(json_at(answer, "retry_after_ms"));
  CHECK(wait_ms > 0);
  CHECK(wait_ms <= 1000);
  CHECK(client.is_open());
}

TEST(ChatLimits, TypingCostsAQuarter) {
  ChatWorld world({{"rate", "1"}, {"burst", "4"}});
  FakeClient& client = world.inside("Ann");  // two of the four
  for (int i = 0; i < 8; ++i) client.send(R"({"type":"typing"})");
  CHECK(client.received().empty());
  client.send(R"({"type":"typing"})");
  STRCMP_EQUAL("rate_limited", next(client, "code").c_str());
}

TEST(ChatLimits, OneErrorTooManyEndsTheConnection) {
  ChatWorld world({{"max-errors", "3"}});
  FakeClient& client = world.inside("Ann");
  FakeClient& bystander = world.inside("Bob");
  forget_all(client);
  for (int i = 0; i < 3; ++i) {
    client.send("{");
    CHECK(client.is_open());
  }
  client.send("{");
  CHECK(!client.is_open());
  LONGS_EQUAL(1008, client.close_code());
  STRCMP_EQUAL("too many errors", client.close_reason().c_str());
  LONGS_EQUAL(4, client.received().size());
  bystander.send(say("still here"));
  STRCMP_EQUAL("left", next(bystander, "change").c_str());
  STRCMP_EQUAL("still here", next(bystander, "text").c_str());
}

TEST(ChatLimits, FloodIsRefusedAndThenEnded) {
  ChatWorld world({{"rate", "1"}, {"burst", "5"}, {"max-errors", "10"}});
  FakeClient& client = world.inside("Ann");
  FakeClient& other = world.inside("Bob");
  for (int i = 0; i < 1000; ++i) client.send(say("x"));
  LONGS_EQUAL(1008, client.close_code());
  CHECK(client.received().size() < 30);
  CHECK(other.received().size() < 10);
}

TEST(ChatLimits, InABigRoomNobodyIsToldWhoComesAndGoes) {
  ChatWorld world({{"announce", "2"}});
  FakeClient& watcher = world.inside("Ann");
  world.user_inside("second");
  STRCMP_EQUAL("second", json_at(next_of_type(watcher, "presence"), "member.name").c_str());
  FakeClient& third = world.user_inside("third");
  STRCMP_EQUAL("(nothing)", next_of_type(watcher, "presence").c_str());
  watcher.send(R"({"type":"who"})");
  STRCMP_EQUAL("3", json_at(next_of_type(watcher, "members"), "count").c_str());
  third.close();
  STRCMP_EQUAL("left", json_at(next_of_type(watcher, "presence"), "change").c_str());
}
