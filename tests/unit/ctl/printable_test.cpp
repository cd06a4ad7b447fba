// What a terminal may get, and how tables stand.
#include "ctl/printable.h"

#include <string>

#include "ctl/table.h"

#include <CppUTest/TestHarness.h>

using namespace ws::ctl;
using namespace std::string_literals;

TEST_GROUP(printable){};

TEST(printable, ControlsAreEscaped) {
  const std::pair<std::string, const char*> rows[] = {
      {"plain", "plain"},
      {"gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80",
       "gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80"},
      {"a\nb\tc\r", "a\\nb\\tc\\x0D"},
      {"\x1B[31m", "\\x1B[31m"},
      {"\0\x7F"s, "\\x00\\x7F"},
      {"\xC2\x9B"
       "5m",
       "\\xC2\\x9B5m"},
      {"\xC2\xA0", "\xC2\xA0"},
      {"\xFF\xC3", "\\xFF\\xC3"},
      {"\xE2\x82x", "\\xE2\\x82x"},
  };
  for (const auto& [text, expected] : rows) STRCMP_EQUAL(expected, printable(text).c_str());
}

TEST(printable, TablesAreAligned) {
  Table table({{"NAME"}, {"N", true}, {"REST"}});
  table.add({"gr\xC3\xBC\xC3\x9F", "7", "x"});
  table.add({"a", "123", ""});
  STRCMP_EQUAL(
      "NAME    N  REST\n"
      "gr\xC3\xBC\xC3\x9F    7  x\n"
      "a     123\n",
      table.text().c_str());
}
