// What was said before: history, its bounds, and coming back to where a client stopped.
#include <chrono>
#include <string>

#include "chat_world.h"
#include "history_page.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

using namespace std::chrono_literals;

namespace {

std::string join_since(const std::string& epoch, const std::string& offset) {
  return R"({"type":"join","since":{"epoch":")" + epoch + R"(","offset":")" + offset + R"("}})";
}

std::string join(FakeClient& client, const std::string& frame = R"({"type":"join"})") {
  client.send(frame);
  return next_of_type(client, "joined");
}

// The texts of the messages in `joined`, in order.
std::string texts(const std::string& joined) {
  std::string out;
  const int count = std::stoi(json_at(joined, "messages.#"));
  for (int i = 0; i < count; ++i)
    out += json_at(joined, "messages." + std::to_string(i) + ".text") + " ";
  return out;
}

void say_all(FakeClient& client, int first, int last) {
  for (int i = first; i <= last; ++i) client.send(say(std::to_string(i)));
}

}  // namespace

TEST_GROUP(ChatHistory){};

TEST(ChatHistory, IsGivenOnJoiningOldestFirst) {
  ChatWorld world;
  say_all(world.inside("Ann"), 1, 3);
  const std::string joined = join(world.hello("Bob"));
  STRCMP_EQUAL("1 2 3 ", texts(joined).c_str());
  STRCMP_EQUAL("3", json_at(joined, "position.offset").c_str());
  STRCMP_EQUAL("(none)", json_at(joined, "recovered").c_str());
}

TEST(ChatHistory, IsTheSameAsWhatWasSentLive) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  client.send(say("x", "m-1"));
  const std::string live = client.take();
  world.host.advance(5s);
  STRCMP_EQUAL(live.c_str(), json_at(join(world.hello("Bob")), "messages.0").c_str());
}

TEST(ChatHistory, KeepsSoManyMessages) {
  ChatWorld world({{"history", "3"}});
  say_all(world.inside("Ann"), 1, 3);
  STRCMP_EQUAL("1 2 3 ", texts(join(world.hello("Bob"))).c_str());
  say_all(world.inside("Ann"), 4, 4);
  STRCMP_EQUAL("2 3 4 ", texts(join(world.hello("Eve"))).c_str());
}

TEST(ChatHistory, KeepsThemSoLong) {
  ChatWorld world({{"history-age", "60s"}});
  FakeClient& client = world.inside("Ann");
  client.send(say("old"));
  world.host.advance(60s);
  client.send(say("new"));
  STRCMP_EQUAL("old new ", texts(join(world.hello("Bob"))).c_str());
  world.host.advance(1ms);
  STRCMP_EQUAL("new ", texts(join(world.hello("Eve"))).c_str());
}

TEST(ChatHistory, CanBeTurnedOff) {
  ChatWorld world({{"history", "0"}});
  say_all(world.inside("Ann"), 1, 3);
  FakeClient& client = world.hello("Bob");
  STRCMP_EQUAL("", texts(join(client)).c_str());
  client.send(R"({"type":"leave"})");
  STRCMP_EQUAL("false", json_at(join(client, join_since("7", "1")), "recovered").c_str());
}

TEST(ChatHistory, MessagesHaveAPlaceAndATime) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  client.send(say("one"));
  world.host.advance(1500ms);
  client.send(say("two"));
  const std::string one = client.take(), two = client.take();
  STRCMP_EQUAL("7-1", json_at(one, "id").c_str());
  STRCMP_EQUAL("7-2", json_at(two, "id").c_str());
  STRCMP_EQUAL("7", json_at(two, "position.epoch").c_str());
  STRCMP_EQUAL("2", json_at(two, "position.offset").c_str());
  STRCMP_EQUAL("1700000000000", json_at(one, "time").c_str());
  STRCMP_EQUAL("1700000001500", json_at(two, "time").c_str());
}

TEST(ChatHistory, ComingBackGivesExactlyWhatWasMissed) {
  ChatWorld world;
  FakeClient& speaker = world.inside("Ann");
  FakeClient& lost = world.inside("Bob");
  say_all(speaker, 1, 2);
  lost.vanish();
  say_all(speaker, 3, 5);
  const std::string joined = join(world.hello("Bob"), join_since("7", "2"));
  STRCMP_EQUAL("true", json_at(joined, "recovered").c_str());
  STRCMP_EQUAL("3 4 5 ", texts(joined).c_str());
}

TEST(ChatHistory, ComingBackAfterNothingIsRecovered) {
  ChatWorld world;
  say_all(world.inside("Ann"), 1, 2);
  const std::string joined = join(world.hello("Bob"), join_since("7", "2"));
  STRCMP_EQUAL("true", json_at(joined, "recovered").c_str());
  STRCMP_EQUAL("", texts(joined).c_str());
}

TEST(ChatHistory, ComingBackTooLateIsNotRecovered) {
  ChatWorld world({{"history", "3"}});
  say_all(world.inside("Ann"), 1, 5);
  STRCMP_EQUAL("3 4 5 ", texts(join(world.hello("Bob"), join_since("7", "2"))).c_str());
  const std::string joined = join(world.hello("Eve"), join_since("7", "1"));
  STRCMP_EQUAL("false", json_at(joined, "recovered").c_str());
  STRCMP_EQUAL("3 4 5 ", texts(joined).c_str());
}

TEST(ChatHistory, APlaceThatCanNotBeIsNotRecovered) {
  ChatWorld world({{"burst", "100"}});
  say_all(world.inside("Ann"), 1, 2);
  FakeClient& client = world.hello("Bob");
  for (const auto& [epoch, offset] : std::initializer_list<std::pair<const char*, const char*>>{
           {"8", "1"},                     // another epoch
           {"7", "3"},                     // the future
           {"7", "18446744073709551615"},  // 2^64 - 1
           {"7", "18446744073709551616"},  // 2^64
           {"18446744073709551616", "1"},
           {"7", "-1"},
           {"7", "+1"},
           {"7", " 1"},
           {"7", "1e0"},
           {"7", "0x1"},
           {"7", ""},
           {"seven", "1"}}) {
    const std::string joined = join(client, join_since(epoch, offset));
    STRCMP_EQUAL_TEXT("false", json_at(joined, "recovered").c_str(), offset);
    STRCMP_EQUAL_TEXT("1 2 ", texts(joined).c_str(), offset);
  }
  CHECK(client.is_open());
}

TEST(ChatHistory, LosingTheLogIsNotRecoveredAndGoesOn) {
  ChatWorld world;
  FakeClient& speaker = world.inside("Ann");
  say_all(speaker, 1, 5);
  world.host.lose_history();
  FakeClient& client = world.hello("Bob");
  const std::string joined = join(client, join_since("7", "3"));
  STRCMP_EQUAL("false", json_at(joined, "recovered").c_str());
  STRCMP_EQUAL("8", json_at(joined, "position.epoch").c_str());
  say_all(speaker, 6, 6);
  STRCMP_EQUAL("8-1", json_at(next_of_type(client, "message"), "id").c_str());
}

TEST(ChatHistory, BigNumbersAreStrings) {
  ChatWorld world;
  FakeClient& client = world.hello("Ann");
  const std::string joined = join(client);
  CHECK(joined.find(R"("position":{"epoch":"7","offset":"0"})") != joined.npos);
}

TEST(ChatHistory, JoiningAgainAsksAgain) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  say_all(client, 1, 3);
  const std::string joined = join(client, join_since("7", "1"));
  STRCMP_EQUAL("true", json_at(joined, "recovered").c_str());
  STRCMP_EQUAL("2 3 ", texts(joined).c_str());
  forget_all(client);
  say_all(client, 4, 4);
  LONGS_EQUAL(1, client.received().size());
}

TEST(ChatHistory, MayComeLater) {
  ChatWorld world;
  FakeClient& speaker = world.inside("Ann");
  say_all(speaker, 1, 2);
  world.host.late_history = true;
  FakeClient& client = world.connect();
  client.send(R"({"type":"hello","name":"Bob"})");
  client.send(R"({"type":"join"})");
  say_all(speaker, 3, 3);
  STRCMP_EQUAL("(nothing)", next_of_type(client, "joined").c_str());
  world.host.answer_history();
  const auto frames = client.take_all();
  LONGS_EQUAL(3, frames.size());
  STRCMP_EQUAL("welcome", json_at(frames[0], "type").c_str());
  STRCMP_EQUAL("1 2 ", texts(frames[1]).c_str());
  STRCMP_EQUAL("3", json_at(frames[2], "text").c_str());
}

TEST(ChatHistory, IsNotGivenToOneWhoLeftMeanwhile) {
  ChatWorld world;
  FakeClient& client = world.hello("Ann");
  world.host.late_history = true;
  client.send(R"({"type":"join"})");
  client.send(R"({"type":"join"})");  // is on its way already
  client.send(R"({"type":"leave"})");
  world.host.answer_history();
  STRCMP_EQUAL("(nothing)", next_of_type(client, "joined").c_str());
  client.send(R"({"type":"join"})");
  client.send(R"({"type":"leave"})");
  client.send(R"({"type":"join"})");
  world.host.answer_history();
  STRCMP_EQUAL("lobby", json_at(next_of_type(client, "joined"), "room").c_str());
  STRCMP_EQUAL("(nothing)", next_of_type(client, "joined").c_str());
}

TEST(ChatHistory, MayComeTooLate) {
  ChatWorld world;
  FakeClient& client = world.hello("Ann");
  world.host.late_history = true;
  client.send(R"({"type":"join"})");
  client.vanish();
  world.host.answer_history();
  CHECK(!client.is_open());
}

// More than a page holds: the newest are on it, and coming back to before them is not recovered.
TEST(ChatHistory, PageIsBounded) {
  ChatWorld world({{"burst", "200"}, {"max-length", "10000"}});
  FakeClient& speaker = world.inside("Ann");
  const std::string hand = "\xF0\x9F\x91\x8B";
  std::string text;
  while (text.size() < 40000) text += hand;
  for (int i = 0; i < 10; ++i) speaker.send(say(text));
  FakeClient& client = world.hello("Bob");
  const std::string joined = join(client);
  CHECK(joined.size() < chat::kMaxPageBytes + 4096);
  STRCMP_EQUAL("6", json_at(joined, "messages.#").c_str());
  STRCMP_EQUAL("7-10", json_at(joined, "messages.5.id").c_str());
  STRCMP_EQUAL("false", json_at(join(client, join_since("7", "3")), "recovered").c_str());
  STRCMP_EQUAL("true", json_at(join(client, join_since("7", "4")), "recovered").c_str());
}
