// Names: which are valid, and which look alike.
#include <string>

#include "name.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

using chat::is_valid_name;
using chat::skeleton;

TEST_GROUP(ChatName){};

TEST(ChatName, SkeletonsOfLookalikesAreTheSame) {
  const std::pair<const char*, const char*> pairs[] = {
      {"paypal", "PayPal"},
      {"paypal", "p\xD0\xB0yp\xD0\xB0l"},  // Cyrillic a
      {"paypal", "paypaI"},                // upper case i
      {"paypal", "paypa1"},
      {"paypal", "pay pal"},
      {"paypal", "pay\xE2\x80\x8Bpal"},                    // zero width space
      {"paypal", "pay\xC2\xADpal"},                        // soft hyphen
      {"paypal", "\xEF\xBD\x90\xEF\xBD\x81ypal"},          // full width
      {"paypal", "p\xC3\xA1yp\xC3\xA0l"},                  // precomposed accents
      {"paypal", "pa\xCC\x81ypal"},                        // combining accent
      {"paypal", "\xE2\x80\xAEpaypal\xE2\x80\xAC"},        // direction override
      {"paypal", "\xF0\x9D\x93\x85\xF0\x9D\x92\xB6ypal"},  // mathematical script
      {"root", "r00t"},
      {"oleg", "\xCE\xBFleg"},                                                   // Greek omicron
      {"\xD0\x98\xD0\xB2\xD0\xB0\xD0\xBD", "\xD0\xB8\xD0\xB2\xD0\xB0\xD0\xBD"},  // Иван иван
  };
  for (const auto& [a, b] : pairs) STRCMP_EQUAL_TEXT(skeleton(a).c_str(), skeleton(b).c_str(), b);
}

TEST(ChatName, SkeletonsOfOthersDiffer) {
  const std::pair<const char*, const char*> pairs[] = {
      {"anna", "hanna"},
      {"ann", "anne"},
      {"\xE7\x8E\x8B", "\xE6\x9D\x8E"},                                  // two Chinese names
      {"\xD0\x98\xD0\xB2\xD0\xB0\xD0\xBD", "\xD0\x98\xD1\x80\xD0\xB0"},  // Иван Ира
      {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x81"},                          // two faces
  };
  for (const auto& [a, b] : pairs) CHECK_TEXT(skeleton(a) != skeleton(b), b);
}

TEST(ChatName, NamesOfTheWorldAreValid) {
  for (const char* name : {"Ann", "O'Neill", "J\xC3\xBCrgen", "\xE5\xB1\xB1\xE7\x94\xB0",
                           "\xD7\x93\xD7\xA0\xD7\x94", "\xE0\xA4\x85\xE0\xA4\xAE\xE0\xA4\xBF",
                           "Zo\xC3\xAB 2", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB"})
    CHECK_TEXT(is_valid_name(name), name);
}

TEST(ChatName, WhatIsNotUtf8IsNoName) {
  for (const char* name : {"\xFF", "a\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80"})
    CHECK(!is_valid_name(name));
}
