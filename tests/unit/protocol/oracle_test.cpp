// The oracle against what the RFCs print, so that the other tests may trust it.
#include "support/oracle.h"

#include <string>

#include "support/check_events.h"
#include "support/client_frames.h"
#include "support/deflate_bits.h"
#include "support/oracle_inflate.h"

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;
using namespace ws::protocol::test;

TEST_GROUP(oracle){};

TEST(oracle, KnowsTheExamplesOfTheUtf8Rfc) {  // RFC 3629 section 7
  CHECK_TRUE(oracle_is_utf8("\x41\xE2\x89\xA2\xCE\x91\x2E"));
  CHECK_TRUE(oracle_is_utf8("\xED\x95\x9C\xEA\xB5\xAD\xEC\x96\xB4"));
  CHECK_TRUE(oracle_is_utf8("\xEF\xBB\xBF\xF0\xA3\x8E\xB4"));
  CHECK_FALSE(oracle_is_utf8("\xC0\x80"));
  CHECK_FALSE(oracle_is_utf8("\x2F\xC0\xAE\x2E\x2F"));
}

TEST(oracle, KnowsWhatMayStillBecomeUtf8) {
  CHECK_TRUE(oracle_is_utf8_prefix(""));
  CHECK_TRUE(oracle_is_utf8_prefix("a\xE2\x82"));
  CHECK_TRUE(oracle_is_utf8_prefix("\xF4\x8F"));
  CHECK_FALSE(oracle_is_utf8_prefix("\xF4\x90"));
  CHECK_FALSE(oracle_is_utf8_prefix("\xED\xA0"));
  CHECK_FALSE(oracle_is_utf8_prefix("\xE0\x80"));
  CHECK_FALSE(oracle_is_utf8_prefix("\xC1"));
}

TEST(oracle, ReadsTheExampleOfTheRfc) {  // RFC 6455 section 5.7
  const std::string bytes = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
  STRCMP_EQUAL("text(Hello)", to_string(oracle_events(bytes, kLimits)).c_str());
}

TEST(oracle, TellsDifferentEventsApart) {
  const auto text = oracle_events(frame(kText, "a"), kLimits);
  CHECK_FALSE(text == oracle_events(frame(kText, "b"), kLimits));
  CHECK_FALSE(text == oracle_events(frame(kBinary, "a"), kLimits));
  CHECK_FALSE(text == oracle_events(frame(kText, "a") + frame(kText, ""), kLimits));
}

TEST(oracle, KnowsTheExamplesOfTheCompressionRfc) {  // RFC 7692 section 7.2.3
  const auto inflated = [](std::string_view bytes, bool last, std::string_view history) {
    return oracle_inflate(bytes, last, history, 32768, 100);
  };
  const std::string_view hello("\xF2\x48\xCD\xC9\xC9\x07\x00", 7);
  STRCMP_EQUAL("Hello", inflated(hello, true, "").bytes.c_str());
  CHECK_TRUE(inflated(hello, true, "").whole);
  STRCMP_EQUAL("Hell", inflated(hello.substr(0, 5), false, "").bytes.c_str());
  const std::string_view again("\xF2\x00\x11\x00\x00", 5);
  STRCMP_EQUAL("Hello", inflated(again, true, "Hello").bytes.c_str());
  CHECK_TRUE(inflated(again, true, "").wrong);
  CHECK_TRUE(oracle_inflate(again, true, "Hello", 4, 100).wrong);
}

TEST(oracle, ReadsCodesOfTheirOwn) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i * i);
  const OracleInflated back = oracle_inflate(deflated(text), true, "", 32768, SIZE_MAX);
  CHECK(back.whole && back.bytes == text);
}
