// Limits and memory of messages (BAD_INPUT rows B5, B6, B13 to B15, B31).
#include <string>

#include "protocol/message_assembler.h"
#include "support/check_events.h"
#include "support/client_frames.h"
#include "support/recorded_event.h"

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;
using namespace ws::protocol::test;

namespace {

constexpr const char* kTooBig = "error(the message is too big)";
constexpr const char* kTooMany = "error(the message has too many fragments)";

std::string repeated(const std::string& bytes, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += bytes;
  return all;
}

Event feed(MessageAssembler& assembler, std::string bytes, const ReadLimits& limits) {
  std::span<char> input(bytes.data(), bytes.size());
  Event event = assembler.next(input, limits);
  event.payload = {};  // it goes with `bytes`
  return event;
}

}  // namespace

TEST_GROUP(message_limits){};

TEST(message_limits, AcceptsAMessageOfTheLimitButNotOneByteMore) {
  for (const uint64_t limit : {1, 4, 100, 125, 126, 127, 1000, 65535, 65536}) {
    const ReadLimits limits{.max_message_size = limit, .max_fragments = 1};
    const std::string payload(limit, 'x');
    for (const uint8_t first : {kText, kBinary}) {
      const Opcode opcode = first == kText ? Opcode::text : Opcode::binary;
      check_events(
          frame(first, payload),
          to_string({{.kind = Event::Kind::message, .opcode = opcode, .payload = payload}}),
          limits);
      check_events(frame(first, payload + "x"), kTooBig, limits);
    }
  }
}

TEST(message_limits, CountsAllFragmentsTogether) {
  const ReadLimits limits{.max_message_size = 10, .max_fragments = 10};
  check_events(frame(kTextBegin, "12345") + frame(kContinueEnd, "67890"), "text(1234567890)",
               limits);
  check_events(frame(kTextBegin, "12345") + frame(kContinueEnd, "678901"), kTooBig, limits);
  check_events(frame(kTextBegin, "1234567890") + frame(kPing, "a ping counts not") +
                   frame(kContinueEnd, "1"),
               std::string("ping(a ping counts not) ") + kTooBig, limits);
}

TEST(message_limits, CountsEachMessageAnew) {
  const ReadLimits limits{.max_message_size = 4, .max_fragments = 2};
  check_events(repeated(frame(kTextBegin, "ab") + frame(kContinueEnd, "cd"), 3),
               "text(abcd) text(abcd) text(abcd)", limits);
}

TEST(message_limits, RejectsHugeLengthsAtTheHeader) {
  for (const uint64_t size : {(uint64_t{1} << 63) - 1, uint64_t{1} << 32, uint64_t{1} << 31,
                              uint64_t{SIZE_MAX / 2 - 14}, uint64_t{(1 << 20) + 1}}) {
    for (const uint8_t first : {kText, kBinary, kTextBegin}) {
      check_events(header(first, size).append(kMask), kTooBig);
    }
    check_events(frame(kTextBegin, "begun") + header(kContinueEnd, size).append(kMask), kTooBig);
  }
}

TEST(message_limits, RejectsOneFragmentTooMany) {
  const ReadLimits limits{.max_message_size = 1000, .max_fragments = 3};
  const std::string two = frame(kTextBegin, "a") + frame(kContinue, "b");
  check_events(two + frame(kContinueEnd, "c"), "text(abc)", limits);
  check_events(two + frame(kPing, "not one") + frame(kContinueEnd, "c"), "ping(not one) text(abc)",
               limits);
  check_events(two + frame(kContinue, "c") + frame(kContinueEnd, "d"), kTooMany, limits);
}

TEST(message_limits, CountsEmptyFragments) {
  const ReadLimits limits{.max_message_size = 1000, .max_fragments = 50};
  check_events(frame(kTextBegin, "") + repeated(frame(kContinue, ""), 49), "", limits);
  check_events(frame(kTextBegin, "") + repeated(frame(kContinue, ""), 50), kTooMany, limits);
}

TEST(message_limits, EndsAnEndlessMessageOfEmptyFragments) {
  MessageAssembler assembler;
  CHECK(feed(assembler, frame(kTextBegin, ""), kLimits).kind == Event::Kind::need_input);
  const std::string empty = frame(kContinue, "");
  for (uint32_t i = 1; i < kLimits.max_fragments; ++i) {
    CHECK(feed(assembler, empty, kLimits).kind == Event::Kind::need_input);
  }
  CHECK(feed(assembler, empty, kLimits).error == ProtocolError::too_many_fragments);
  LONGS_EQUAL(0, assembler.buffered_bytes());
}

TEST(message_limits, KeepsAtMostTwiceWhatArrivedOfOneByteFragments) {
  const ReadLimits limits{.max_message_size = 100000, .max_fragments = 100000};
  MessageAssembler assembler;
  CHECK(feed(assembler, frame(kBinaryBegin, "x"), limits).kind == Event::Kind::need_input);
  const std::string fragment = frame(kContinue, "x");
  size_t growths = 0;
  for (size_t size = 2; size < limits.max_message_size; ++size) {
    const size_t before = assembler.buffered_bytes();
    CHECK(feed(assembler, fragment, limits).kind == Event::Kind::need_input);
    CHECK(assembler.buffered_bytes() >= size);
    CHECK(assembler.buffered_bytes() <= 2 * size);
    growths += assembler.buffered_bytes() != before ? 1 : 0;
  }
  CHECK(growths < 20);
  CHECK(feed(assembler, frame(kContinueEnd, "x"), limits).kind == Event::Kind::message);
}

TEST(message_limits, AllocatesNothingForADeclaredLength) {
  MessageAssembler assembler;
  CHECK(feed(assembler, header(kBinary, 1 << 20).append(kMask), kLimits).kind ==
        Event::Kind::need_input);
  LONGS_EQUAL(0, assembler.buffered_bytes());
  CHECK(feed(assembler, "0123456789", kLimits).kind == Event::Kind::need_input);
  CHECK(assembler.buffered_bytes() <= 20);
}

TEST(message_limits, AllocatesNoMoreThanAFrameThatEndsSoon) {
  MessageAssembler assembler;
  const std::string bytes = frame(kBinary, std::string(1000, 'x'));
  CHECK(feed(assembler, bytes.substr(0, 900), kLimits).kind == Event::Kind::need_input);
  LONGS_EQUAL(1000, assembler.buffered_bytes());
  CHECK(feed(assembler, bytes.substr(900), kLimits).kind == Event::Kind::message);
}

TEST(message_limits, FreesAMessageAtTheNextCall) {
  MessageAssembler assembler;
  CHECK(feed(assembler, frame(kTextBegin, "abc"), kLimits).kind == Event::Kind::need_input);
  CHECK(feed(assembler, frame(kContinueEnd, "def"), kLimits).kind == Event::Kind::message);
  CHECK(feed(assembler, "", kLimits).kind == Event::Kind::need_input);
  LONGS_EQUAL(0, assembler.buffered_bytes());
  CHECK(feed(assembler, frame(kTextBegin, "abc"), kLimits).kind == Event::Kind::need_input);
  CHECK(feed(assembler, frame(kContinueEnd, "def"), kLimits).kind == Event::Kind::message);
  CHECK(feed(assembler, frame(kText, "small and whole"), kLimits).kind == Event::Kind::message);
  LONGS_EQUAL(0, assembler.buffered_bytes());
}

TEST(message_limits, KeepsTheMessageWhenAControlFrameInsideItComesInPieces) {
  MessageAssembler assembler;
  const std::string ping = frame(kPing, std::string(125, 'p'));
  CHECK(feed(assembler, frame(kTextBegin, std::string(1000, 'x')), kLimits).kind ==
        Event::Kind::need_input);
  for (int i = 0; i < 1000; ++i) {
    CHECK(feed(assembler, ping.substr(0, 50), kLimits).kind == Event::Kind::need_input);
    CHECK(feed(assembler, ping.substr(50), kLimits).kind == Event::Kind::ping);
    CHECK(assembler.buffered_bytes() <= 2 * 1125);
  }
  CHECK(feed(assembler, frame(kContinueEnd, ""), kLimits).kind == Event::Kind::message);
}

TEST(message_limits, ReadsMoreThanFourGibibytesInLegalMessages) {
  std::string bytes = frame(kBinary, std::string(1 << 20, 'x'), std::string_view("\0\0\0\0", 4));
  MessageAssembler assembler;
  for (int i = 0; i < 4100; ++i) {
    std::span<char> input(bytes.data(), bytes.size());
    LONGS_EQUAL(1 << 20, assembler.next(input, kLimits).payload.size());
    LONGS_EQUAL(0, assembler.buffered_bytes());
  }
}
