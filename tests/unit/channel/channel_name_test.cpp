// Which names channels may have, and that namespaces do not mix (BAD_INPUT rows F1, F2).
#include "channel/channel_name.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace ws::channel;

TEST_GROUP(channel_name){};

TEST(channel_name, AcceptsOneTo255Bytes) {
  CHECK_FALSE(is_valid_name(""));
  CHECK_TRUE(is_valid_name("a"));
  CHECK_TRUE(is_valid_name(std::string(255, 'a')));
  CHECK_FALSE(is_valid_name(std::string(256, 'a')));
}

TEST(channel_name, AcceptsWhatOnlyLooksDangerous) {
  for (const char* name :
       {"..", "*", "room:{1}", "a/b", "ä", "\xF0\x9F\x98\x80", "%00", "\xC2\xA1"})
    CHECK_TRUE_TEXT(is_valid_name(name), name);
}

TEST(channel_name, RejectsControlCharactersBlanksAndBrokenUtf8) {
  using namespace std::string_view_literals;
  for (const auto name :
       {"a b"sv, "a\nb"sv, "a\r"sv, "\ta"sv, "a\0"sv, "\x7F"sv, "\x1F"sv, "\xC2\x80"sv,
        "\xC2\x9F"sv, "\xC2\xA0"sv, "\xFF"sv, "\xC0\x80"sv, "\xED\xA0\x80"sv, "a\xC3"sv})
    CHECK_FALSE(is_valid_name(name));
}

TEST(channel_name, RejectsEachControlCharacterEverywhere) {
  for (int c = 0; c <= 0x20; ++c)
    for (size_t at = 0; at < 4; ++at) {
      std::string name = "abcd";
      name[at] = static_cast<char>(c);
      CHECK_FALSE(is_valid_name(name));
    }
}

TEST(channel_name, NamespacesNeverClash) {
  const std::string a{std::string_view(FullName("ab", "c"))};
  const std::string b{std::string_view(FullName("a", "bc"))};
  CHECK_TRUE(a != b);
  CHECK_TRUE(plain_name(a) == "c");
  CHECK_TRUE(plain_name(b) == "bc");
  // Even one that holds the separator.
  CHECK_TRUE(plain_name(FullName("a\nb", "c")) == "c");
}

TEST(channel_name, LongestNamesFit) {
  const std::string name(255, 'n');
  const std::string space(300, 's');
  const std::string full{std::string_view(FullName(space, name))};
  CHECK_EQUAL(255u + 1 + 255, full.size());
  CHECK_TRUE(plain_name(full) == name);
}

TEST(channel_name, PrefixesEndWithASeparator) {
  for (const char* prefix : {"a.", "a/", "a:", "a.b.", ":", "\xC3\xA4."})
    CHECK_TRUE_TEXT(is_valid_prefix(prefix), prefix);
  for (const char* prefix : {"", "a", "a*", "a. ", "a.\n", "a.b"})
    CHECK_FALSE_TEXT(is_valid_prefix(prefix), prefix);
  CHECK_TRUE(is_valid_prefix(std::string(253, 'a') + "."));
  CHECK_FALSE(is_valid_prefix(std::string(254, 'a') + "."));
}

TEST(channel_name, FamiliesAreAllBeginningsUpToASeparator) {
  const auto families_of = [](std::string_view full_name) {
    std::string found;
    for_each_family(full_name, [&](std::string_view family) {
      CHECK_TRUE(is_family(family));
      CHECK_TRUE(family == FullName::of_family("x.org", plain_name(family)));
      found.append(plain_name(family)).append(" ");
    });
    return found;
  };
  STRCMP_EQUAL("a. a.b: a.b:c/ ", families_of(FullName("x.org", "a.b:c/d")).c_str());
  STRCMP_EQUAL(". ./ ", families_of(FullName("x.org", "./")).c_str());
  STRCMP_EQUAL("", families_of(FullName("x.org", "plain")).c_str());
  STRCMP_EQUAL("", families_of(FullName::of_family("x.org", "a.b.")).c_str());
  const std::string longest(254, '/');
  size_t count = 0;
  for_each_family(FullName(std::string(300, 's'), longest + "x"),
                  [&](std::string_view family) { count += is_family(family) ? 1 : 0; });
  CHECK_EQUAL(254u, count);
}
