// The oracle against what the RFCs print, so that the other tests may trust it.
#include "support/oracle.h"

#include <string>

#include "support/check_events.h"
#include "support/client_frames.h"

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
