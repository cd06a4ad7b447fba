// Every error has a code and words.
#include "protocol/protocol_error.h"

#include <set>
#include <string_view>

#include "protocol/close_code.h"

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;

namespace {

constexpr auto kLast = static_cast<unsigned>(ProtocolError::too_many_fragments);

}  // namespace

TEST_GROUP(protocol_error){};

TEST(protocol_error, ClosesWithTheCodeOfItsCause) {
  LONGS_EQUAL(1000, close_code(ProtocolError::none));
  LONGS_EQUAL(1002, close_code(ProtocolError::unmasked_frame));
  LONGS_EQUAL(1002, close_code(ProtocolError::bad_close_code));
  LONGS_EQUAL(1007, close_code(ProtocolError::invalid_utf8));
  LONGS_EQUAL(1007, close_code(ProtocolError::bad_close_reason));
  LONGS_EQUAL(1009, close_code(ProtocolError::message_too_big));
  LONGS_EQUAL(1008, close_code(ProtocolError::too_many_fragments));
}

TEST(protocol_error, HasACodeThatMayBeSentAndWordsOfItsOwn) {
  std::set<std::string_view> seen;
  for (unsigned i = 1; i <= kLast; ++i) {
    const auto error = static_cast<ProtocolError>(i);
    CHECK_TRUE(may_be_sent(close_code(error)));
    CHECK(close_code(error) != kNormalClosure);
    CHECK(!describe(error).empty());
    CHECK(describe(error).size() <= kMaxCloseReason);
    CHECK_TRUE(seen.insert(describe(error)).second);
  }
  CHECK(describe(ProtocolError::none).empty());
}
