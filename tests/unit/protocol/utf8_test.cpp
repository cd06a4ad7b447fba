// The UTF-8 checker against the plain one (BAD_INPUT rows D1 to D4).
#include "protocol/utf8.h"

#include <string>

#include "support/oracle.h"

#include <CppUTest/TestHarness.h>

using ws::protocol::is_valid_utf8;
using ws::protocol::Utf8Validator;
using ws::protocol::test::oracle_is_utf8;
using ws::protocol::test::oracle_is_utf8_prefix;

namespace {

constexpr unsigned char kBorders[] = {0x00, 0x01, 0x40, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                      0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
                                      0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF};

// Byte by byte: `feed` must be true exactly as long as the bytes may still become UTF-8.
void check_prefixes(std::string_view bytes) {
  Utf8Validator validator;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const std::string_view prefix = bytes.substr(0, i + 1);
    const bool fed = validator.feed(prefix.substr(i));
    if (fed != oracle_is_utf8_prefix(prefix)) FAIL("feed() differs from the oracle");
    if (validator.complete() != oracle_is_utf8(prefix)) FAIL("complete() differs from the oracle");
    if (!fed) return;
  }
}

// At the borders of words and vectors: behind ASCII, where words look at it, and behind what is
// not, from where on vectors do.
void check_everywhere(std::string_view bytes) {
  const bool valid = oracle_is_utf8(bytes);
  std::string text;
  for (const std::string_view before : {"", "\xC3\xA4"}) {
    for (const size_t offset :
         {0, 1, 7, 8, 15, 16, 26, 27, 28, 29, 30, 31, 32, 33, 58, 59, 60, 61}) {
      text.assign(before).append(offset, 'a').append(bytes);
      if (is_valid_utf8(text) != valid) FAIL("at the end");
      if (is_valid_utf8(text.append(70, 'z')) != valid) FAIL("inside");
    }
  }
}

}  // namespace

TEST_GROUP(utf8){};

TEST(utf8, AcceptsTheEmptyText) {
  CHECK_TRUE(is_valid_utf8(""));
  CHECK_TRUE(is_valid_utf8(std::string_view()));
}

TEST(utf8, AcceptsEveryCharacterAndNothingElseOfItsSize) {
  for (unsigned number = 0; number < 0x200000; ++number) {
    std::string bytes;
    if (number < 0x80) {
      bytes = {static_cast<char>(number)};
    } else if (number < 0x800) {
      bytes = {static_cast<char>(0xC0 | number >> 6), static_cast<char>(0x80 | (number & 0x3F))};
    } else if (number < 0x10000) {
      bytes = {static_cast<char>(0xE0 | number >> 12),
               static_cast<char>(0x80 | (number >> 6 & 0x3F)),
               static_cast<char>(0x80 | (number & 0x3F))};
    } else {
      bytes = {static_cast<char>(0xF0 | number >> 18),
               static_cast<char>(0x80 | (number >> 12 & 0x3F)),
               static_cast<char>(0x80 | (number >> 6 & 0x3F)),
               static_cast<char>(0x80 | (number & 0x3F))};
    }
    const bool valid = number <= 0x10FFFF && (number < 0xD800 || number > 0xDFFF);
    if (is_valid_utf8(bytes) != valid) FAIL(std::to_string(number).c_str());
  }
}

TEST(utf8, RejectsOverlongForms) {
  for (const std::string_view bytes : {"\xC0\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\x80",
                                       "\xE0\x9F\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF"}) {
    check_everywhere(std::string(bytes));
    CHECK_FALSE(is_valid_utf8(bytes));
  }
}

TEST(utf8, RejectsSurrogates) {
  CHECK_FALSE(is_valid_utf8("\xED\xA0\x80"));
  CHECK_FALSE(is_valid_utf8("\xED\xAF\xBF\xED\xBF\xBF"));
}

TEST(utf8, AgreesWithTheOracleOnAllPairsOfBytes) {
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      check_prefixes(std::string{static_cast<char>(a), static_cast<char>(b)});
    }
  }
}

TEST(utf8, AgreesWithTheOracleOnAllBordersOfRanges) {
  const std::string before_vector = "\xC3\xA4" + std::string(8, 'a');
  const std::string before_border = "\xC3\xA4" + std::string(28, 'a');
  std::string text;
  for (const unsigned char a : kBorders) {
    for (const unsigned char b : kBorders) {
      for (const unsigned char c : kBorders) {
        const std::string three{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)};
        check_prefixes(three);
        if (a < 0x80) continue;
        check_everywhere(three);
        for (const unsigned char d : kBorders) {
          const std::string four = three + static_cast<char>(d);
          const bool valid = oracle_is_utf8(four);
          if (is_valid_utf8(four) != valid) FAIL("four bytes");
          for (const std::string_view before : {before_vector, before_border}) {
            text.assign(before).append(four).append(70, 'z');
            if (is_valid_utf8(text) != valid) FAIL("four bytes in a vector");
          }
        }
      }
    }
  }
}

TEST(utf8, FailsAtTheFirstBadByteAndStaysFailed) {
  Utf8Validator validator;
  CHECK_TRUE(validator.feed("good"));
  CHECK_FALSE(validator.feed("bad \xFF"));
  CHECK_FALSE(validator.feed(""));
  CHECK_FALSE(validator.feed("good"));
  CHECK_FALSE(validator.complete());
  validator.reset();
  CHECK_TRUE(validator.feed("good"));
  CHECK_TRUE(validator.complete());
}

TEST(utf8, CarriesACharacterFromPieceToPiece) {
  Utf8Validator validator;
  CHECK_TRUE(validator.feed("\xF0\x9F"));
  CHECK_FALSE(validator.complete());
  CHECK_TRUE(validator.feed(""));
  Utf8Validator copy = validator;
  CHECK_TRUE(validator.feed("\x98\x80"));
  CHECK_TRUE(validator.complete());
  CHECK_FALSE(copy.feed("ascii"));
}

TEST(utf8, GivesTheSameForLongTextWhereverItIsCut) {
  std::string text;
  while (text.size() < 300)
    text +=
        "Gr\xC3\xB6\xC3\x9F"
        "e \xE2\x82\xAC \xF0\x9F\x98\x80 plain ascii, plenty of it; ";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Utf8Validator validator;
    CHECK_TRUE(validator.feed(std::string_view(text).substr(0, cut)));
    CHECK_EQUAL(oracle_is_utf8(std::string_view(text).substr(0, cut)), validator.complete());
    CHECK_TRUE(validator.feed(std::string_view(text).substr(cut)));
    CHECK_TRUE(validator.complete());
  }
}

TEST(utf8, FindsOneBadByteAnywhereInLongText) {
  std::string text;
  while (text.size() < 300)
    text +=
        "Gr\xC3\xB6\xC3\x9F"
        "e \xE2\x82\xAC \xF0\x9F\x98\x80 \xD0\xB5\xD1\x89\xD1\x91 ";
  for (size_t at = 0; at < text.size(); ++at) {
    for (const char bad : {'\xFF', '\x80', 'a', '\xC3', '\xE2', '\xF0'}) {
      std::string broken = text;
      broken[at] = bad;
      CHECK_EQUAL(oracle_is_utf8(broken), is_valid_utf8(broken));
    }
  }
}
