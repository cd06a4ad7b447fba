// Messages: fragments, control frames between them, UTF-8, Close frames (BAD_INPUT rows B11, B12,
// B18, B19, C1 to C6, D1 to D4).
#include "protocol/message_assembler.h"

#include <string>

#include "support/check_events.h"
#include "support/client_frames.h"
#include "support/recorded_event.h"

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;
using namespace ws::protocol::test;

namespace {

constexpr const char* kNotUtf8 = "error(a text message that is not UTF-8)";
constexpr const char* kBadCode = "error(a close code that may not be sent)";
constexpr const char* kBadReason = "error(a close reason that is not UTF-8)";

}  // namespace

TEST_GROUP(message_assembler){};

TEST(message_assembler, PutsFragmentsTogether) {
  check_events(frame(kTextBegin, "one ") + frame(kContinue, "two ") + frame(kContinueEnd, "three"),
               "text(one two three)");
  check_events(frame(kBinaryBegin, "\x01") + frame(kContinueEnd, "\x02"), "binary(\\x01\\x02)");
}

TEST(message_assembler, AcceptsEmptyFragments) {
  check_events(frame(kTextBegin, "") + frame(kContinueEnd, ""), "text()");
  check_events(frame(kTextBegin, "") + frame(kContinue, "") + frame(kContinueEnd, "abc"),
               "text(abc)");
  check_events(frame(kTextBegin, "abc") + frame(kContinue, "") + frame(kContinueEnd, ""),
               "text(abc)");
}

TEST(message_assembler, GivesControlFramesBetweenFragmentsAtOnce) {
  check_events(frame(kTextBegin, "a") + frame(kPing, "1") + frame(kContinue, "b") +
                   frame(kPong, "2") + frame(kPing, "") + frame(kContinueEnd, "c"),
               "ping(1) pong(2) ping() text(abc)");
  check_events(
      frame(kTextBegin, "") + frame(kPing, "longer than the text") + frame(kContinueEnd, "c"),
      "ping(longer than the text) text(c)");
}

TEST(message_assembler, GivesManyMessagesInOrder) {
  check_events(frame(kTextBegin, "a") + frame(kContinueEnd, "b") + frame(kText, "c") +
                   frame(kBinaryBegin, "d") + frame(kContinueEnd, "e") + frame(kText, ""),
               "text(ab) text(c) binary(de) text()");
}

TEST(message_assembler, DropsAnUnfinishedMessageAtClose) {
  check_events(frame(kTextBegin, "never finished") + close_frame(1001), "close(1001)");
}

TEST(message_assembler, DiscardsEverythingAfterClose) {
  check_events(close_frame(1000) + close_frame(1001) + frame(kText, "late") + "garbage",
               "close(1000)");
}

TEST(message_assembler, AcceptsCloseWithoutCode) { check_events(frame(kClose, ""), "close(1005)"); }

TEST(message_assembler, RejectsCloseOfOneByte) {
  check_events(frame(kClose, "\x03"), "error(a close frame of one byte)");
}

TEST(message_assembler, RejectsCloseCodesThatMayNotBeSent) {
  for (const unsigned code :
       {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 10000, 65535}) {
    check_events(close_frame(code), kBadCode);
  }
}

TEST(message_assembler, AcceptsAllOtherCloseCodes) {
  for (const unsigned code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
                              1014, 3000, 3999, 4000, 4999}) {
    check_events(close_frame(code, "why"), "close(" + std::to_string(code) + " why)");
  }
}

TEST(message_assembler, RejectsCloseReasonThatIsNotUtf8) {
  check_events(close_frame(1000, "\xFF"), kBadReason);
  check_events(close_frame(1000, "cut: \xE2\x82"), kBadReason);
  check_events(close_frame(1000, "\xE2\x82\xAC"), "close(1000 \\xE2\\x82\\xAC)");
}

TEST(message_assembler, AcceptsCloseReasonOf123BytesButNot124) {
  const std::string reason(123, 'r');
  check_events(close_frame(1000, reason),
               to_string({{.kind = Event::Kind::close, .close_code = 1000, .payload = reason}}));
  check_events(close_frame(1000, reason + "r"), "error(a control frame is longer than 125 bytes)");
}

TEST(message_assembler, AcceptsUtf8OfEachLength) {
  check_events(frame(kText, "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"),
               "text(a\\xC3\\xA4\\xE2\\x82\\xAC\\xF0\\x9F\\x98\\x80)");
}

TEST(message_assembler, AcceptsACharacterSplitOverFragments) {
  check_events(frame(kTextBegin, "\xF0") + frame(kContinue, "\x9F\x98") + frame(kPing, "p") +
                   frame(kContinue, "") + frame(kContinueEnd, "\x80!"),
               "ping(p) text(\\xF0\\x9F\\x98\\x80!)");
}

TEST(message_assembler, RejectsTextThatIsNotUtf8) {
  for (const std::string_view bad :
       {"\xFF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\x80", "\xBF", "a\xC3(",
        "\xE2\x82(", "\xE2("}) {
    check_events(frame(kText, bad), kNotUtf8);
    check_events(frame(kText, bad) + frame(kText, "what follows"), kNotUtf8);
    check_events(frame(kText, "good") + frame(kText, std::string("long enough to be vectors: ")
                                                         .append(bad)
                                                         .append(" and what follows it")),
                 std::string("text(good) ") + kNotUtf8);
  }
}

TEST(message_assembler, RejectsTextThatEndsInsideACharacter) {
  for (const std::string_view cut : {"\xC3", "\xE2\x82", "\xF0\x9F\x98", "abc\xF0"}) {
    check_events(frame(kText, cut), kNotUtf8);
    check_events(frame(kTextBegin, cut) + frame(kContinueEnd, ""), kNotUtf8);
    check_events(frame(kTextBegin, cut) + frame(kContinueEnd, "ascii"), kNotUtf8);
  }
}

TEST(message_assembler, RejectsAsciiInsideACharacterAtOnce) {
  check_events(frame(kTextBegin, "\xC3") + frame(kContinue, "ascii"), kNotUtf8);
  check_events(frame(kTextBegin, "\xC3") + frame(kContinue, "ascii") + frame(kContinueEnd, "\xA4"),
               kNotUtf8);
}

TEST(message_assembler, RejectsABadByteInTheFirstFragmentAtOnce) {
  check_events(frame(kTextBegin, "\xFF"), kNotUtf8);
}

TEST(message_assembler, RejectsABadByteInsideAFrameThatIsNotComplete) {
  std::string cut = frame(kText, "bad: \xFF and much more that has not arrived");
  cut.resize(6 + 6);
  check_events(cut, kNotUtf8);
  cut.resize(6 + 5);
  check_events(cut, "");
}

TEST(message_assembler, ForgetsAnOpenCharacterWithItsMessage) {
  check_events(frame(kBinaryBegin, "\xE2\x82") + frame(kContinueEnd, "\xE2") + frame(kText, "a"),
               "binary(\\xE2\\x82\\xE2) text(a)");
}

TEST(message_assembler, DoesNotCheckBinaryAndPings) {
  check_events(frame(kBinary, "\xFF\xC0") + frame(kPing, "\xFF") + frame(kPong, "\xC0"),
               "binary(\\xFF\\xC0) ping(\\xFF) pong(\\xC0)");
}

TEST(message_assembler, GivesAWholeMessageAsAViewOfTheInput) {
  for (const size_t size : {0, 5, 125, 126, 65535, 65536}) {
    for (const uint8_t first : {kText, kBinary, kPing}) {
      if (first == kPing && size > 125) continue;
      std::string bytes = frame(first, std::string(size, 'x'));
      const char* const payload = bytes.data() + bytes.size() - size;
      std::span<char> input(bytes.data(), bytes.size());
      MessageAssembler assembler;
      const Event event = assembler.next(input, kLimits);
      POINTERS_EQUAL(payload, event.payload.data());
      LONGS_EQUAL(size, event.payload.size());
      CHECK_TRUE(input.empty());
      CHECK_TRUE(assembler.idle());
      LONGS_EQUAL(0, assembler.buffered_bytes());
    }
  }
}

TEST(message_assembler, KnowsItsStateAfterEachByte) {
  struct State {
    bool in_frame, in_message;
  };
  std::string bytes = frame(kTextBegin, "ab") + frame(kPing, "p") + frame(kContinueEnd, "c");
  MessageAssembler assembler;
  CHECK_TRUE(assembler.idle());
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::span<char> input(bytes.data() + i, 1);
    while (assembler.next(input, kLimits).kind != Event::Kind::need_input) {
    }
    const size_t have = i + 1;
    const bool between_frames = have == 8 || have == 15 || have == bytes.size();
    CHECK_EQUAL(!between_frames, assembler.in_frame());
    CHECK_EQUAL(have >= 6 && have < bytes.size(), assembler.in_message());
    CHECK_EQUAL(have == bytes.size(), assembler.idle());
  }
}

TEST(message_assembler, IsIdleInTheMiddleOfNothingOnly) {
  std::string bytes = frame(kPing, "ping");
  MessageAssembler assembler;
  std::span<char> input(bytes.data(), 3);
  CHECK(assembler.next(input, kLimits).kind == Event::Kind::need_input);
  CHECK_TRUE(assembler.in_frame());
  CHECK_FALSE(assembler.in_message());
  CHECK_FALSE(assembler.idle());
  input = {bytes.data() + 3, bytes.size() - 3};
  CHECK(assembler.next(input, kLimits).kind == Event::Kind::ping);
  CHECK_TRUE(assembler.idle());
}

TEST(message_assembler, IsNotIdleAfterClose) {
  std::string bytes = close_frame(1000);
  MessageAssembler assembler;
  std::span<char> input(bytes.data(), bytes.size());
  CHECK(assembler.next(input, kLimits).kind == Event::Kind::close);
  CHECK_FALSE(assembler.idle());
  CHECK_FALSE(assembler.in_frame());
}

TEST(message_assembler, CanBeReusedOnceIdle) {
  MessageAssembler assembler;
  for (int i = 0; i < 3; ++i) {
    std::string begin = frame(kTextBegin, "abc");
    std::span<char> input(begin.data(), begin.size());
    CHECK(assembler.next(input, kLimits).kind == Event::Kind::need_input);
    std::string end = frame(kContinueEnd, "def");
    input = {end.data(), end.size()};
    const Event event = assembler.next(input, kLimits);
    STRCMP_EQUAL("abcdef", std::string(event.payload).c_str());
    CHECK_TRUE(assembler.idle());
  }
}
