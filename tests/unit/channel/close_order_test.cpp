// An order to close is read as it was written.
#include "channel/close_order.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;

TEST_GROUP(close_order){};

TEST(close_order, IsReadAsItWasWritten) {
  for (const uint16_t code : {1000, 1008, 4999, 65535}) {
    for (const std::string_view reason : {"", "bye", "\xC3\xA9"}) {
      const std::string order = encode_close(code, reason);
      uint16_t read = 0;
      std::string_view why;
      CHECK_TRUE(decode_close(order, read, why));
      CHECK_EQUAL(code, read);
      CHECK_TRUE(why == reason);
    }
  }
}

TEST(close_order, WithoutACodeIsNone) {
  uint16_t code = 0;
  std::string_view reason;
  CHECK_FALSE(decode_close("", code, reason));
  CHECK_FALSE(decode_close("\x03", code, reason));
}
