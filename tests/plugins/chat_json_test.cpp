// The JSON of chat.v1: what is refused, with which code, and that a refusal harms nobody.
#include <string>
#include <vector>

#include "chat_world.h"
#include "shared/json.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

std::string nested(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

struct Case {
  std::string frame;
  const char* code;
  const char* field = "(none)";
};

std::vector<Case> cases() {
  using namespace std::string_literals;
  return {
      // Not one JSON object.
      {"", "bad_json"},
      {"   ", "bad_json"},
      {"hello", "bad_json"},
      {"[]", "bad_json"},
      {R"("say")", "bad_json"},
      {"42", "bad_json"},
      {"null", "bad_json"},
      {"{", "bad_json"},
      {"{}{}", "bad_json"},
      {R"({"type":"who"}x)", "bad_json"},
      {R"({"type":"who"},)", "bad_json"},
      {R"({"type":"who",})", "bad_json"},
      {R"({"type" "who"})", "bad_json"},
      {R"({'type':'who'})", "bad_json"},
      {R"({type:"who"})", "bad_json"},
      {"\xEF\xBB\xBF{\"type\":\"who\"}", "bad_json"},
      {"{\"type\":\"who\"}\0"s, "bad_json"},
      {"{\"type\":\"w\0ho\"}"s, "bad_json"},
      {"\0{\"type\":\"who\"}"s, "bad_json"},
      {"{\"type\":\v\"who\"}", "bad_json"},
      {"{\"type\":\"say\",\"text\":\"a\nb\"}", "bad_json"},
      {"{\"type\":\"say\",\"text\":\"a\x01\"}", "bad_json"},
      // Texts that no UTF-8 can hold, or that C would cut.
      {R"({"type":"say","text":"a\u0000b"})", "bad_json"},
      {R"({"ty\u0000pe":"say","text":"ab"})", "bad_json"},
      {R"({"type":"say","text":"\ud800"})", "bad_json"},
      {R"({"type":"say","text":"\udc00"})", "bad_json"},
      {R"({"type":"say","text":"\ud800\ud800"})", "bad_json"},
      {R"({"type":"say","text":"\ud83d x"})", "bad_json"},
      {R"({"type":"say","text":"\x"})", "bad_json"},
      {R"({"type":"say","text":"\u12"})", "bad_json"},
      // Deeper than 32 levels, the object itself being the first.
      {R"({"type":)" + nested(32) + "}", "bad_json"},
      {R"({"type":)" + nested(10000) + "}", "bad_json"},
      {std::string(20000, '['), "bad_json"},
      {R"({"type":)" + nested(31) + "}", "bad_field", "type"},
      // The type.
      {"{}", "missing_field", "type"},
      {R"({"type":null})", "bad_field", "type"},
      {R"({"type":1e999})", "bad_field", "type"},
      {R"({"type":["say"]})", "bad_field", "type"},
      {R"({"type":""})", "unknown_type", "type"},
      {R"({"type":"SAY","text":"x"})", "unknown_type", "type"},
      {R"({"type":"welcome"})", "unknown_type", "type"},
      {R"({"type":"who","type":"who"})", "duplicate_field", "type"},
      {R"({"chat_user":"Ann","chat_message":"hi"})", "missing_field", "type"},
      // The fields.
      {R"({"type":"say"})", "missing_field", "text"},
      {R"({"type":"say","text":5})", "bad_field", "text"},
      {R"({"type":"say","text":null})", "bad_field", "text"},
      {R"({"type":"say","text":{"a":"b"}})", "bad_field", "text"},
      {R"({"type":"say","text":"a","text":"b"})", "duplicate_field", "text"},
      {R"({"type":"say","text":"a","rooom":"b"})", "unknown_field", "rooom"},
      {R"({"type":"say","text":"a","Text":"b"})", "unknown_field", "Text"},
      {R"({"type":"say","text":"a","":"b"})", "unknown_field"},
      {R"({"type":"say","text":"a","client_id":7})", "bad_field", "client_id"},
      {R"({"type":"say","text":"a","room":true})", "bad_field", "room"},
      {R"({"type":"say","text":"a","room":""})", "bad_room", "room"},
      {R"({"type":"typing","typing":"yes"})", "bad_field", "typing"},
      {R"({"type":"typing","typing":1})", "bad_field", "typing"},
      {R"({"type":"private","text":"a"})", "missing_field", "to"},
      {R"({"type":"private","to":"","text":"a"})", "bad_field", "to"},
      {R"({"type":"private","to":["u:a"],"text":"a"})", "bad_field", "to"},
      {R"({"type":"name"})", "missing_field", "name"},
      {R"({"type":"name","name":""})", "bad_name", "name"},
      {R"({"type":"name","name":false})", "bad_field", "name"},
      {R"({"type":"hello","name":"Ann","token":"short"})", "bad_field", "token"},
      {R"({"type":"hello","name":"Ann","password":"x"})", "unknown_field", "password"},
      {R"({"type":"who","since":{}})", "unknown_field", "since"},
      // The position. What has the right form but can't be is "not recovered", no error.
      {R"({"type":"join","since":5})", "bad_field", "since"},
      {R"({"type":"join","since":{}})", "missing_field", "since"},
      {R"({"type":"join","since":{"epoch":"7"}})", "missing_field", "since"},
      {R"({"type":"join","since":{"epoch":7,"offset":1}})", "bad_field", "since"},
      {R"({"type":"join","since":{"epoch":"7","offset":"1","x":"1"}})", "unknown_field", "since"},
      {R"({"type":"join","since":{"epoch":"7","epoch":"7","offset":"1"}})", "duplicate_field",
       "since"},
  };
}

}  // namespace

TEST_GROUP(ChatJson){};

TEST(ChatJson, RefusesWhatIsWrongAndSaysWhatItIs) {
  ChatWorld world({{"max-errors", "1000"}, {"burst", "1000"}});
  FakeClient& client = world.inside("Ann");
  for (const Case& c : cases()) {
    client.send(c.frame);
    LONGS_EQUAL_TEXT(1, client.received().size(), c.frame.c_str());
    const std::string answer = client.take();
    STRCMP_EQUAL_TEXT("error", json_at(answer, "type").c_str(), c.frame.c_str());
    STRCMP_EQUAL_TEXT(c.code, json_at(answer, "code").c_str(), c.frame.c_str());
    STRCMP_EQUAL_TEXT(c.field, json_at(answer, "field").c_str(), c.frame.c_str());
    CHECK(!json_at(answer, "message").empty());
  }
  CHECK(client.is_open());
  client.send(say("still here"));
  STRCMP_EQUAL("still here", next(client, "text").c_str());
}

TEST(ChatJson, RefusesEveryMessageThatIsCutShort) {
  ChatWorld world({{"max-errors", "1000"}, {"burst", "1000"}});
  FakeClient& client = world.inside("Ann");
  for (const std::string& whole :
       {say("h\xC3\xA9llo \\ \" \xF0\x9F\x91\x8B", "id-1"),
        std::string(R"({"type":"join","since":{"epoch":"7","offset":"0"}})"),
        std::string(R"({"type":"private","to":"u:x","text":"\ud83d\ude00"})")}) {
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      if (!wsp::testing::is_utf8(whole.substr(0, cut))) continue;
      client.send(whole.substr(0, cut));
      STRCMP_EQUAL_TEXT("bad_json", next(client, "code").c_str(), whole.substr(0, cut).c_str());
    }
  }
  CHECK(client.is_open());
}

TEST(ChatJson, TakesWhatIsUnusualButRight) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  const std::vector<std::pair<std::string, std::string>> texts = {
      {" \t\r\n{ \"text\" : \"blanks\" , \"type\" : \"say\" } \n", "blanks"},
      {R"({"type":"say","text":"\ud83d\ude00"})", "\xF0\x9F\x98\x80"},
      {R"({"type":"s\u0061y","text":"\u0061\/\"\\"})", "a/\"\\"},
      {R"({"type":"say","text":"\\u0000"})", "\\u0000"},
      {R"({"type":"say","text":"one\ntwo\tthree"})", "one\ntwo\tthree"},
      {R"({"type":"say","text":"{[\"not JSON"})", "{[\"not JSON"},
      {R"({"type":"say","text":"</script><b>"})", "</script><b>"},
  };
  for (const auto& [frame, text] : texts) {
    client.send(frame);
    STRCMP_EQUAL_TEXT(text.c_str(), next(client, "text").c_str(), frame.c_str());
  }
}

TEST(ChatJson, AnErrorNamesTheMessageItIsAbout) {
  ChatWorld world;
  FakeClient& client = world.inside("Ann");
  client.send(R"({"type":"say","text":"","client_id":"m-1","room":"lobby"})");
  const std::string answer = client.take();
  STRCMP_EQUAL("bad_text", json_at(answer, "code").c_str());
  STRCMP_EQUAL("m-1", json_at(answer, "client_id").c_str());
  STRCMP_EQUAL("lobby", json_at(answer, "room").c_str());
}

TEST(ChatJson, CountsLevelsAndNotBracketsInTexts) {
  const std::string brackets(100, '[');
  CHECK(shared::parse_object(R"({"a":")" + brackets + R"("})") != nullptr);
  CHECK(shared::parse_object(R"({"a":")" + brackets + R"(\"]"})") != nullptr);
  CHECK(shared::parse_object(R"({"a":)" + nested(31) + "}") != nullptr);
  CHECK(shared::parse_object(R"({"a":)" + nested(32) + "}") == nullptr);
}
