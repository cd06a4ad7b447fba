// What command lines mean, and which are none.
#include "ctl/arguments.h"

#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws::ctl;

namespace {

std::variant<Arguments, UsageError> parse(std::initializer_list<const char*> words,
                                          bool has_url = true) {
  const std::vector<const char*> all(words);
  return parse_arguments(all, [has_url](const char* name) -> const char* {
    return has_url && std::string(name) == "WSCTL_URL" ? "http://localhost/p" : nullptr;
  });
}

Arguments good(std::initializer_list<const char*> words) {
  auto parsed = parse(words);
  if (const auto* const error = std::get_if<UsageError>(&parsed)) FAIL(error->message.c_str());
  return std::get<Arguments>(parsed);
}

std::string bad(std::initializer_list<const char*> words, bool has_url = true) {
  const auto parsed = parse(words, has_url);
  const auto* const error = std::get_if<UsageError>(&parsed);
  return error ? error->message : "taken";
}

void check(const char* expected, const std::string& actual) {
  STRCMP_EQUAL(expected, actual.c_str());
}

}  // namespace

TEST_GROUP(arguments){};

TEST(arguments, PublishesAMessageOrStandardInput) {
  check("hi", *good({"publish", "a", "hi"}).message);
  check("a", good({"publish", "a", "hi"}).channels[0]);
  CHECK_FALSE(good({"publish", "a"}).message.has_value());
  CHECK_FALSE(good({"publish", "a", "-"}).message.has_value());
  check("-x", *good({"publish", "a", "--", "-x"}).message);
  check("", *good({"publish", "a", ""}).message);
}

TEST(arguments, PublishesToSeveral) {
  const Arguments arguments = good({"publish", "-c", "a", "--user=ann", "--channel", "b", "hi"});
  check("b", arguments.channels[1]);
  check("ann", arguments.users[0]);
  check("hi", *arguments.message);
  check("publish takes one MESSAGE beside --channel and --user",
        bad({"publish", "--user", "ann", "a", "hi"}));
}

TEST(arguments, OptionsStandAnywhere) {
  const Arguments arguments =
      good({"--json", "publish", "a", "--history", "5", "hi", "--age=15m", "--timeout", "3"});
  CHECK_TRUE(arguments.json);
  LONGS_EQUAL(5, *arguments.history);
  check("15m", arguments.age);
  LONGS_EQUAL(3000, arguments.timeout_ms);
}

TEST(arguments, ChannelsAreSomewhere) {
  check("http://localhost/p", good({"who", "a"}).url);
  check("http://x/", good({"who", "a", "-u", "http://x/"}).url);
  check("", good({"who", "a", "-d", "/s", "-n", "x"}).url);
  STRCMP_CONTAINS("nothing says where", bad({"who", "a"}, false).c_str());
  check("--state-dir and --namespace go together", bad({"who", "a", "-d", "/s"}));
  check("--state-dir and --namespace go together", bad({"who", "a", "-n", "x"}));
  check("the channels are at --url or in --state-dir, not both",
        bad({"who", "a", "-d", "/s", "-n", "x", "--url", "http://x"}));
  STRCMP_CONTAINS("has no query", bad({"who", "a", "--url", "http://x/?a=b"}).c_str());
}

TEST(arguments, TailNeedsTheState) {
  check("tail needs --state-dir and --namespace", bad({"tail", "a"}));
  const Arguments arguments = good({"tail", "a", "-d", "/s", "-n", "x", "--since", "7:12"});
  LONGS_EQUAL(7, arguments.since->epoch);
  LONGS_EQUAL(12, arguments.since->offset);
  for (const char* position : {"7", "7:", ":12", "7:12x", "-7:1", "18446744073709551616:1"})
    check("--since wants EPOCH:OFFSET", bad({"tail", "a", "--since", position}));
  for (const char* channel : {"a.*", "b"})
    STRCMP_CONTAINS("one channel", bad({"tail", channel, channel[0] == 'b' ? "c" : "--json", "-d",
                                        "/s", "-n", "x", "--since", "7:12"})
                                       .c_str());
}

TEST(arguments, OptionsBelongToCommands) {
  check("who has no option --code", bad({"who", "a", "--code", "1"}));
  check("publish has no option --since", bad({"publish", "a", "--since", "1:2"}));
  check("check has no option --json", bad({"check", "-j"}));
  check("--location goes with --state-dir", bad({"kick", "ann", "--location", "/ws"}));
  check("--age goes with --history", bad({"publish", "a", "b", "--age", "5"}));
}

TEST(arguments, WhatIsNotUnderstoodIsSaid) {
  check("no command is given", bad({}));
  check("no command is called shout", bad({"shout"}));
  check("no option is called --loud", bad({"--loud"}));
  check("--json takes no value", bad({"who", "a", "--json=yes"}));
  check("--url wants a URL", bad({"who", "a", "--url"}));
  check("--url wants a URL", bad({"who", "a", "--url", ""}));
  check("--history wants a number of messages", bad({"publish", "a", "--history", "x"}));
  check("--timeout wants a number of seconds from 1 to 3600", bad({"who", "a", "--timeout", "0"}));
  check("who takes CHANNEL", bad({"who"}));
  check("who takes CHANNEL", bad({"who", "a", "b"}));
  check("publish takes CHANNEL [MESSAGE]", bad({"publish"}));
  check("channels takes [PREFIX]", bad({"channels", "a", "b"}));
}

TEST(arguments, HelpAndVersionNeedNothing) {
  CHECK_TRUE(good({"--help"}).command == Command::help);
  CHECK_TRUE(good({"publish", "--help"}).command == Command::help);
  CHECK_TRUE(good({"-V"}).command == Command::version);
  check("conf", good({"check", "-f", "conf"}).config_file);
  CHECK_EQUAL(2U, good({"doctor", "ws://a/", "ws://b/", "-j"}).channels.size());
}
