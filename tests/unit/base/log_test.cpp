// Bytes of a peer never reach the log as they are (BAD_INPUT I1).
#include "base/log.h"

#include <string>

#include <CppUTest/TestHarness.h>

using ws::base::escaped;

TEST_GROUP(log){};

TEST(log, EscapesEveryByteThatIsNotPlainAscii) {
  for (int c = 0; c < 256; ++c) {
    const std::string one(1, static_cast<char>(c));
    const bool plain = c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
    char hex[8];
    std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned>(c));
    STRCMP_EQUAL(plain ? one.c_str() : hex, escaped(one).c_str());
  }
}

TEST(log, CutsAtTheLimit) {
  STRCMP_EQUAL("", escaped("").c_str());
  STRCMP_EQUAL("abc", escaped("abc", 3).c_str());
  STRCMP_EQUAL("abc...", escaped("abcd", 3).c_str());
  STRCMP_EQUAL("\\x0a...", escaped("\n\n", 1).c_str());
  CHECK_EQUAL(203u, escaped(std::string(100'000, 'x')).size());
}
