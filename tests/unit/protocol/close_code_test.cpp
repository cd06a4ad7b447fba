// Close codes and the payload of our Close frames (BAD_INPUT rows C3, C4, C8).
#include "protocol/close_code.h"

#include <string>

#include "protocol/utf8.h"
#include "support/oracle.h"

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;

namespace {

std::string payload_of(uint16_t code, std::string_view reason) {
  return std::string(make_close_payload(code, reason).view());
}

const std::string kCode1000 = "\x03\xE8";

}  // namespace

TEST_GROUP(close_code){};

TEST(close_code, MayBeReceivedAsTheRegistrySays) {
  for (unsigned code = 0; code < 65536; ++code) {
    const bool expected = code == 1000 || code == 1001 || code == 1002 || code == 1003 ||
                          (code >= 1007 && code <= 1014) || (code >= 3000 && code < 5000);
    CHECK_EQUAL(expected, may_be_received(static_cast<uint16_t>(code)));
  }
}

TEST(close_code, MayBeSentUnlessItIsTheClients) {
  for (unsigned code = 0; code < 65536; ++code) {
    const bool expected = may_be_received(static_cast<uint16_t>(code)) && code != 1010;
    CHECK_EQUAL(expected, may_be_sent(static_cast<uint16_t>(code)));
  }
}

TEST(close_code, PayloadIsCodeAndReason) {
  CHECK(payload_of(1000, "bye") == kCode1000 + "bye");
  CHECK(payload_of(4999, "") == "\x13\x87");
  CHECK(payload_of(1010, "echo") ==
        "\x03\xF2"
        "echo");
}

TEST(close_code, PayloadIsEmptyWithoutACodeForTheWire) {
  for (const uint16_t code : {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535}) {
    LONGS_EQUAL(0, make_close_payload(code, "reason").size);
  }
}

TEST(close_code, ReasonIsCutTo123Bytes) {
  CHECK(payload_of(1000, std::string(123, 'r')) == kCode1000 + std::string(123, 'r'));
  CHECK(payload_of(1000, std::string(124, 'r')) == kCode1000 + std::string(123, 'r'));
  CHECK(payload_of(1000, std::string(100000, 'r')) == kCode1000 + std::string(123, 'r'));
}

TEST(close_code, ReasonIsCutAtACharactersBorder) {
  const std::string euro = "\xE2\x82\xAC";
  for (size_t before = 118; before <= 123; ++before) {
    const std::string reason = std::string(before, 'r') + euro + "r";
    const std::string expected =
        before + 3 <= 123 ? reason.substr(0, 123) : reason.substr(0, before);
    CHECK(payload_of(1000, reason) == kCode1000 + expected);
  }
}

TEST(close_code, BytesThatAreNotUtf8AreReplaced) {
  const std::string fffd = "\xEF\xBF\xBD";
  CHECK(payload_of(1000, "a\xFFz") == kCode1000 + "a" + fffd + "z");
  CHECK(payload_of(1000, "\x80\x80") == kCode1000 + fffd + fffd);
  CHECK(payload_of(1000, "\xE2\x82(") == kCode1000 + fffd + "(");
  CHECK(payload_of(1000, "cut \xF0\x9F\x98") == kCode1000 + "cut " + fffd);
  CHECK(payload_of(1000, "\xED\xA0\x80") == kCode1000 + fffd + fffd + fffd);
  CHECK(payload_of(1000, std::string(122, 'r') + "\xFF") == kCode1000 + std::string(122, 'r'));
}

TEST(close_code, PayloadIsAlwaysValid) {
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      const std::string reason =
          std::string(119, 'r') + static_cast<char>(a) + static_cast<char>(b) + "\x80";
      const ClosePayload payload = make_close_payload(1000, reason);
      CHECK(payload.size <= 125);
      CHECK_TRUE(test::oracle_is_utf8(payload.view().substr(2)));
    }
  }
}

TEST(close_code, ReasonMayHoldAnyUtf8) {
  const std::string reason("nul \0 cr \r lf \n esc \x1B", 21);
  CHECK(payload_of(1000, reason) == kCode1000 + reason);
}
