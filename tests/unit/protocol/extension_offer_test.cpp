// Offers of extensions (BAD_INPUT rows A28 to A30).
#include "protocol/extension_offer.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;

namespace {

// name;parameter=value, offers separated by a bar; "wrong" for a wrong syntax.
std::string parsed(std::string_view value) {
  std::vector<ExtensionOffer> offers;
  if (!parse_extension_offers(value, offers)) return "wrong";
  std::string text;
  for (const ExtensionOffer& offer : offers) {
    if (!text.empty()) text.push_back('|');
    text.append(offer.name);
    for (const ExtensionParameter& parameter : offer.parameters) {
      text.append(";").append(parameter.name);
      if (parameter.value) text.append("=").append(*parameter.value);
    }
  }
  return text;
}

void check(const char* expected, std::string_view value) {
  STRCMP_EQUAL(expected, parsed(value).c_str());
}

}  // namespace

TEST_GROUP(extension_offer){};

TEST(extension_offer, ReadsNamesAndParameters) {
  check("permessage-deflate", "permessage-deflate");
  check("permessage-deflate;client_max_window_bits", "permessage-deflate; client_max_window_bits");
  check("a;b=1;c|d", "a ; b=1;\tc , d");
  check("a;b=10", "a; b = 10");
}

TEST(extension_offer, ReadsQuotedValues) {
  check("a;b=10", "a; b=\"10\"");
  check("a;b=10;c", "a; b=\"\\1\\0\" ; c");
}

TEST(extension_offer, KeepsAllOffersInOrder) { check("x;p=15|x;p=10|x", "x; p=15, x; p=10, x"); }

TEST(extension_offer, RejectsWrongSyntax) {
  for (const std::string_view wrong : {"",
                                       ",",
                                       "a,",
                                       ",a",
                                       "a;",
                                       "a;;b",
                                       "a;=1",
                                       "a;b=",
                                       "a b",
                                       "a; b c",
                                       "a; b=\"",
                                       "a; b=\"1",
                                       "a; b=\"\\",
                                       "a; b=\"1\\\"",
                                       "a; b=\"1\"2",
                                       "a; b=\"1 2\"",
                                       "a; b=\"\"",
                                       "a; b=\"1,2\"",
                                       "a; b=(1)",
                                       "a/b",
                                       "a=1",
                                       "\"a\"",
                                       "\x01",
                                       "a; b=\xC3\xA4",
                                       "a; b=1=2"}) {
    STRCMP_EQUAL_TEXT("wrong", parsed(wrong).c_str(), std::string(wrong).c_str());
  }
}

TEST(extension_offer, KeepsOddParametersForTheExtensionToDecline) {
  check("permessage-deflate;server_max_window_bits=7;server_max_window_bits=abc;x=+9",
        "permessage-deflate; server_max_window_bits=7; server_max_window_bits=abc; x=+9");
}

TEST(extension_offer, LooksAtSixteenOffersOnly) {
  std::string value = "a";
  for (int i = 1; i < 200; ++i) value += ", a";
  std::vector<ExtensionOffer> offers;
  CHECK_TRUE(parse_extension_offers(value, offers));
  LONGS_EQUAL(16, offers.size());
  CHECK_TRUE(parse_extension_offers("b", offers));
  LONGS_EQUAL(16, offers.size());
}

TEST(extension_offer, TakesSixteenParametersButNotMore) {
  std::string value = "a";
  for (int i = 0; i < 16; ++i) value += "; p";
  CHECK(parsed(value) != "wrong");
  CHECK(parsed(value + "; p") == "wrong");
}

TEST(extension_offer, IsLinear) {
  std::string value = "a; b=\"";
  for (int i = 0; i < (2 << 20); ++i) value += "\\c";
  CHECK(parsed(value) == "wrong");
  LONGS_EQUAL(4 + (2 << 20), parsed(value + "\"").size());
}
