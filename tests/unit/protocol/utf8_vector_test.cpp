// The part of the UTF-8 check in vectors, by itself.
#include "protocol/utf8_vector.h"

#include <string>

#include "support/oracle.h"

#include <CppUTest/TestHarness.h>

using ws::protocol::detail::count_valid_utf8;
using ws::protocol::test::oracle_is_utf8;

namespace {

constexpr size_t kWidth = 32;

bool has_vectors() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2");
#else
  return false;
#endif
}

std::string repeated(std::string_view text, size_t size) {
  std::string all;
  while (all.size() < size) all.append(text);
  return all;
}

size_t count(const std::string& text) { return count_valid_utf8(text.data(), text.size()); }

}  // namespace

TEST_GROUP(utf8_vector){};

TEST(utf8_vector, CountsRightTextButForItsLastBytes) {
  for (const std::string_view character :
       {"a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
        "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xED\x9F\xBF\xEE\x80\x80",
        "\xF4\x8F\xBF\xBF\xF0\x90\x80\x80", "\xE0\xA0\x80\xC2\x80"}) {
    for (size_t size = 0; size < 200; ++size) {
      const std::string text = repeated(character, size);
      const size_t counted = count(text);
      CHECK(counted <= text.size());
      CHECK_TRUE(oracle_is_utf8(text.substr(0, counted)));
      if (has_vectors()) CHECK(counted + kWidth + 3 > text.size());
    }
  }
}

TEST(utf8_vector, CountsWholeCharactersOnly) {
  const std::string text = repeated("\xF0\x9F\x98\x80\xE2\x82\xAC\xC3\xA4.", 200);
  for (size_t size = 0; size <= text.size(); ++size) {
    CHECK_TRUE(oracle_is_utf8(text.substr(0, count(text.substr(0, size)))));
  }
}

TEST(utf8_vector, StopsBeforeAFault) {
  const std::string text = repeated("\xF0\x9F\x98\x80\xE2\x82\xAC\xC3\xA4.", 200);
  for (size_t at = 0; at < text.size(); ++at) {
    for (unsigned bad = 0; bad < 256; ++bad) {
      std::string broken = text;
      broken[at] = static_cast<char>(bad);
      const size_t counted = count(broken);
      if (!oracle_is_utf8(broken.substr(0, counted))) FAIL("counted beyond a fault");
    }
  }
}

TEST(utf8_vector, FindsEveryWrongPairOfBytes) {
  std::string text = std::string(8, 'a') + "??" + std::string(54, 'z');
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      text[8] = static_cast<char>(a);
      text[9] = static_cast<char>(b);
      const size_t expected = has_vectors() && oracle_is_utf8(text) ? text.size() : 0;
      if (count(text) != expected) FAIL("a pair of bytes");
    }
  }
}

TEST(utf8_vector, FindsEveryWrongLeadByteOfLongCharacters) {
  for (unsigned lead = 0x80; lead < 256; ++lead) {
    for (size_t continuing = 0; continuing < 6; ++continuing) {
      std::string text = std::string(8, 'a') + static_cast<char>(lead);
      text.append(continuing, '\x91').append(64 - text.size(), 'z');
      const size_t expected = has_vectors() && oracle_is_utf8(text) ? text.size() : 0;
      LONGS_EQUAL(expected, count(text));
    }
  }
}
