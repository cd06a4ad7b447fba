// Answers, for people and for programs.
#include "ctl/report.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace ws::ctl;

TEST_GROUP(report) {
  Arguments arguments;

  std::string text(Command command, const std::vector<std::string>& answers) {
    arguments.command = command;
    std::string out;
    return report(arguments, answers, out) ? out : "not understood";
  }
  std::string json(Command command, const std::vector<std::string>& answers) {
    arguments.json = true;
    return text(command, answers);
  }
};

namespace {

const std::string kOne = R"({"channel":"a","epoch":"7","offset":"12","subscribers":3})";
const std::string kFacts =
    R"({"channel":"a","epoch":"7","offset":"12","kept":5,"subscribers":3,)"
    R"("count":{"members":1,"sessions":2},"members":[{"key":"ann","info":"x\ny","sessions":2}]})";
const std::string kEmpty = R"({"channel":"a","count":{"members":0},"members":[]})";

void check(const char* expected, const std::string& actual) {
  STRCMP_EQUAL(expected, actual.c_str());
}

}  // namespace

TEST(report, Published) {
  check("CHANNEL  EPOCH  OFFSET  SUBSCRIBERS\na            7      12            3\n",
        text(Command::publish, {kOne}));
  check((kOne + '\n').c_str(), json(Command::publish, {kOne}));
  check((kOne + '\n' + kOne + '\n').c_str(),
        json(Command::publish, {R"({"messages":[)" + kOne + ',' + kOne + "]}"}));
}

TEST(report, Members) {
  check("MEMBER  SESSIONS  INFO\nann            2  x\\ny\n", text(Command::who, {kFacts}));
  check("MEMBER  SESSIONS  INFO\n", text(Command::who, {kEmpty}));
  check("{\"key\":\"ann\",\"info\":\"x\\ny\",\"sessions\":2}\n", json(Command::who, {kFacts}));
  check("", json(Command::who, {kEmpty}));
}

TEST(report, ChannelsOfAllPages) {
  const std::string page = R"({"channels":[)" + kFacts + R"(],"next":"a"})";
  check(
      "CHANNEL  SUBSCRIBERS  MEMBERS  KEPT  OFFSET\n"
      "a                  3        1     5      12\n"
      "a                  3        1     5      12\n",
      text(Command::channels, {page, page}));
  check("a", next_of(page));
  check("", next_of(kOne));
}

TEST(report, OneChannel) {
  check(
      "channel     a\nepoch       7\noffset      12\nkept        5\nsubscribers 3\n"
      "members     1\nsessions    2\n",
      text(Command::show, {kFacts}));
  check("a: 5 messages forgotten\n",
        text(Command::forget, {R"({"channel":"a","epoch":"7","offset":"1","removed":5})"}));
  check("ann is disconnected\n", text(Command::kick, {R"({"user":"ann"})"}));
}

TEST(report, NumbersAreAsTheyWereSent) {
  check("a: -1 messages forgotten\n", text(Command::forget, {R"({"channel":"a","removed":-1})"}));
}

TEST(report, OtherAnswersAreNotUnderstood) {
  for (const char* answer : {"", "<html>", "{}", "[]", "7", "{\"user\":"})
    for (const Command command :
         {Command::publish, Command::who, Command::channels, Command::show, Command::kick})
      check("not understood", text(command, {answer}));
}
