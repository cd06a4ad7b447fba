// Lists in header fields.
#include "protocol/header_list.h"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;

namespace {

// The elements with a bar after each.
std::string elements(std::string_view list, char separator = ',') {
  std::string text;
  ElementReader reader(list, separator);
  while (const auto element = reader.next()) text.append(*element).push_back('|');
  CHECK_FALSE(reader.next().has_value());
  return text;
}

void check(const char* expected, std::string_view list, char separator = ',') {
  STRCMP_EQUAL(expected, elements(list, separator).c_str());
}

}  // namespace

TEST_GROUP(header_list){};

TEST(header_list, SplitsAtCommasAndTrims) {
  check("a|", "a");
  check("a|b|c|", "a,b , \tc\t ");
  check("a b|", "a b");
  check("a|b|", "a;b", ';');
}

TEST(header_list, GivesEmptyElements) {
  check("|", "");
  check("|", " \t ");
  check("||", ",");
  check("a||b||", "a,,b,");
}

TEST(header_list, DoesNotSplitQuotedStrings) {
  check("a=\"x,y\"|b|", "a=\"x,y\",b");
  check("\"a\\\",b\"|c|", "\"a\\\",b\",c");
  check("\"open, never closed|", "\"open, never closed");
  check("\"ends with a backslash\\|", "\"ends with a backslash\\");
}

TEST(header_list, KnowsTokens) {
  for (const std::string_view good : {"a", "websocket", "a.b-c_d~e!#$%&'*+^`|0", "13"}) {
    CHECK_TRUE(is_token(good));
  }
  for (const std::string_view bad :
       {"",    " ",   "a b", "a,b", "a;b", "a/b", "a\"", "a\x7F", "a\x01", "\xC3\xA4",
        "a\t", "(a)", "a:b", "<a>", "a@b", "[a]", "{a}", "a=b",   "a?",    "a\\"}) {
    CHECK_FALSE(is_token(bad));
  }
  CHECK_FALSE(is_token(std::string_view("a\0b", 3)));
}

TEST(header_list, IgnoresCaseOfAsciiOnly) {
  CHECK_TRUE(equals_ignoring_case("WebSocket", "wEBsOCKET"));
  CHECK_FALSE(equals_ignoring_case("a", "ab"));
  CHECK_FALSE(equals_ignoring_case("@", "`"));
  CHECK_FALSE(equals_ignoring_case("[", "{"));
  CHECK_TRUE(equals_ignoring_case("", ""));
}

TEST(header_list, FindsATokenInAnyFieldOfTheName) {
  const std::vector<HeaderField> headers{
      {"Connection", "keep-alive"}, {"Other", "upgrade"}, {"CONNECTION", "x,\t Upgrade \t"}};
  CHECK_TRUE(has_token(headers, "connection", "upgrade"));
  CHECK_TRUE(has_token(headers, "connection", "Keep-Alive"));
  CHECK_FALSE(has_token(headers, "connection", "close"));
  CHECK_FALSE(has_token(headers, "missing", "upgrade"));
}

TEST(header_list, IsLinear) {
  const std::string commas(4 << 20, ',');
  size_t count = 0;
  for (ElementReader reader(commas); reader.next();) ++count;
  LONGS_EQUAL((4 << 20) + 1, count);
  const std::string blanks = "b" + std::string(4 << 20, ' ') + "x";
  ElementReader reader(blanks);
  CHECK_EQUAL(blanks.size(), reader.next()->size());
}
