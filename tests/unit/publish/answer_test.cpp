// Answers, as callers parse them.
#include "publish/answer.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace ws::publish;
using namespace ws::channel;

TEST_GROUP(answer) {
  const Receipt receipt{BusStatus::ok, false, {{{UINT64_MAX, 12}, 3}, {{8, 1}, 0}}};
  static void check(std::string_view expected, const std::string& actual) {
    STRCMP_EQUAL((std::string(expected) + '\n').c_str(), actual.c_str());
  }
};

TEST(answer, OfOneChannelIsAnObject) {
  check(R"({"channel":"a\"b","epoch":"18446744073709551615","offset":"12","subscribers":3})",
        published_answer(std::vector<std::string>{"a\"b"}, receipt));
}

TEST(answer, OfSeveralIsAList) {
  check(R"({"messages":[{"channel":"a","epoch":"18446744073709551615","offset":"12",)"
        R"("subscribers":3},{"channel":"b","epoch":"8","offset":"1","subscribers":0}]})",
        published_answer(std::vector<std::string>{"a", "b"}, receipt));
}

TEST(answer, TellsMembersAsFarAsTheyAreText) {
  const ChannelFacts facts{"ns\na", {7, 2}, 1, 4, {2, 3}};
  check(R"({"channel":"a","epoch":"7","offset":"2","kept":1,"subscribers":4,)"
        R"("count":{"members":2,"sessions":3},)"
        R"("members":[{"key":"k","info":"i","sessions":2},{"key":"l","info":"","sessions":1}]})",
        channel_answer("a", facts, {{"k", "i", 2}, {"l", "\xff", 1}}));
}

TEST(answer, ListLeavesOutWhatIsNoChannelOfPlugins) {
  const std::vector<ChannelFacts> channels = {{"ns\na", {7, 2}, 0, 0, {}},
                                              {"ns\n\rsecret", {8, 2}, 0, 0, {}},
                                              {"ns\na.\t", {9, 2}, 0, 0, {}}};
  check(R"({"channels":[{"channel":"a","epoch":"7","offset":"2","kept":0,"subscribers":0,)"
        R"("count":{"members":0,"sessions":0}}],"next":"z"})",
        list_answer(channels, "z"));
}

TEST(answer, Others) {
  check(R"({"error":"full","message":"No room."})", error_answer("full", "No room."));
  check(R"({"channel":"a","epoch":"7","offset":"2","removed":5})",
        cleared_answer("a", {BusStatus::ok, {7, 2}, 5}));
  check(R"({"user":"ann"})", disconnected_answer(std::vector<std::string>{"ann"}));
  check(R"({"users":[{"user":"ann"},{"user":"bob"}]})",
        disconnected_answer(std::vector<std::string>{"ann", "bob"}));
}
