// Compressed messages in frames (RFC 7692; BAD_INPUT rows B2, B26, D5, D8, D10).
#include <algorithm>
#include <string>
#include <string_view>

#include "support/check_events.h"
#include "support/client_frames.h"
#include "support/deflate_bits.h"
#include "support/recorded_event.h"

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;
using namespace ws::protocol::test;

namespace {

constexpr DeflateAgreement kAlone{.server_window_bits = 15, .client_window_bits = 15};
constexpr DeflateAgreement kTakeover{
    .server_window_bits = 15, .client_window_bits = 15, .client_takeover = true};
constexpr uint8_t kDeflatedText = kText | kCompressed;
constexpr uint8_t kDeflatedBegin = kTextBegin | kCompressed;
constexpr uint8_t kDeflatedBinary = kBinary | kCompressed;

constexpr const char* kReserved = "error(a reserved bit is set)";
constexpr const char* kNotUtf8 = "error(a text message that is not UTF-8)";
constexpr const char* kBad = "error(the compressed data are wrong)";
constexpr const char* kUnfinished = "error(the compressed data end too early)";

// With and without context takeover.
void check(std::string_view bytes, std::string_view expected, const ReadLimits& limits = kLimits) {
  check_events(bytes, expected, limits, kAlone);
  check_events(bytes, expected, limits, kTakeover);
}

void check_payload(std::string_view payload, std::string_view expected) {
  check(frame(kDeflatedText, payload), expected);
  const size_t half = payload.size() / 2;
  check(frame(kDeflatedBegin, payload.substr(0, half)) + frame(kPing, "p") +
            frame(kContinueEnd, payload.substr(half)),
        "ping(p) " + std::string(expected));
}

// Whole, and cut into two fragments.
void check_error(std::string_view payload, std::string_view expected) {
  check(frame(kDeflatedText, payload), expected);
  for (size_t cut = 0; cut < std::min<size_t>(payload.size(), 7); ++cut) {
    check(frame(kDeflatedBegin, payload.substr(0, cut)) + frame(kContinueEnd, payload.substr(cut)),
          expected);
  }
}

}  // namespace

TEST_GROUP(compressed_message){};

TEST(compressed_message, ReadsTheExamplesOfTheRfc) {  // section 7.2.3
  const std::string hello = "\xF2\x48\xCD\xC9\xC9\x07" + std::string(1, '\0');
  check(frame(kDeflatedText, hello), "text(Hello)");
  check(frame(kDeflatedBegin, hello.substr(0, 3)) + frame(kContinueEnd, hello.substr(3)),
        "text(Hello)");
  check_events(frame(kDeflatedText, hello) +
                   frame(kDeflatedText, std::string_view("\xF2\x00\x11\x00\x00", 5)),
               "text(Hello) text(Hello)", kLimits, kTakeover);
  check(frame(kDeflatedText, std::string_view("\x00\x05\x00\xFA\xFFHello\x00", 11)), "text(Hello)");
  check(frame(kDeflatedText, std::string_view("\xF3\x48\xCD\xC9\xC9\x07\x00\x00", 8)),
        "text(Hello)");
  check(frame(kDeflatedText,
              std::string_view("\xF2\x48\x05\x00\x00\x00\xFF\xFF\xCA\xC9\xC9\x07\x00", 13)),
        "text(Hello)");
}

TEST(compressed_message, IsEmpty) {
  check_payload(std::string_view("\0", 1), "text()");
  check_payload("", "text()");
  check_payload(std::string_view("\x02\x00", 2), "text()");
  check_payload(std::string_view("\x03\x00", 2), "text()");
  check_payload(std::string_view("\x03\x00\x00", 3), "text()");
}

TEST(compressed_message, StandsBetweenPlainOnes) {
  const std::string one = frame(kDeflatedText, deflated("compressed"));
  check(frame(kText, "plain") + one + frame(kBinary, "\x01") + one + frame(kPing, "") +
            frame(kTextBegin, "pla") + frame(kContinueEnd, "in") + one,
        "text(plain) text(compressed) binary(\\x01) text(compressed) ping() text(plain) "
        "text(compressed)");
}

TEST(compressed_message, MayComeInManyFragmentsWithControlFramesBetween) {
  const std::string payload = deflated("one two three, one two three");
  std::string bytes = frame(kDeflatedBegin, "");
  std::string expected;
  for (const char c : payload) {
    bytes += frame(kContinue, std::string(1, c)) + frame(kPing, "p") + frame(kPong, "longer");
    expected += "ping(p) pong(longer) ";
  }
  check(bytes + frame(kContinueEnd, ""), expected + "text(one two three, one two three)");
}

TEST(compressed_message, IsDroppedAtClose) {
  const std::string payload = deflated("never finished");
  check(frame(kDeflatedBegin, payload) + close_frame(1001), "close(1001)");
  check(frame(kDeflatedBegin, payload.substr(0, 4)) + close_frame(1001), "close(1001)");
}

TEST(compressed_message, HasRsv1OnItsFirstFrameOnly) {
  const std::string payload = deflated("text");
  check(frame(kDeflatedBegin, payload) + frame(kContinueEnd | kCompressed, ""), kReserved);
  check(frame(kTextBegin, "text") + frame(kContinueEnd | kCompressed, payload), kReserved);
  check(frame(kDeflatedBegin, payload.substr(0, 2)) + frame(kContinue, payload.substr(2, 2)) +
            frame(kContinueEnd, payload.substr(4)),
        "text(text)");
  for (const uint8_t control : {kPing, kPong, kClose}) {
    check(frame(control | kCompressed, ""), kReserved);
  }
  for (const uint8_t other : {0x20, 0x10, 0x30}) {
    check(frame(kText | other, "text"), kReserved);
    check(frame(kDeflatedText | other, payload), kReserved);
  }
  check(frame(0x43, ""), kReserved);
  check(frame(0xC0, ""), kReserved);
}

TEST(compressed_message, NeedsAnAgreement) {
  check_events(frame(kDeflatedText, deflated("text")), kReserved);
  check_events(frame(kDeflatedBegin, deflated("text")), kReserved);
}

TEST(compressed_message, MayNotStandInsideAnother) {
  check(frame(kDeflatedBegin, deflated("a")) + frame(kDeflatedText, deflated("b")),
        "error(a new message inside a fragmented one)");
  check(frame(kTextBegin, "a") + frame(kDeflatedText, deflated("b")),
        "error(a new message inside a fragmented one)");
}

TEST(compressed_message, MustBeUtf8AsText) {
  for (const std::string_view bad : {"\xFF", "a\xC0\x80", "\xED\xA0\x80", "\xE2\x82", "\xC3("}) {
    check_payload(deflated(bad), kNotUtf8);
    check(frame(kDeflatedBinary, deflated(bad)), to_string({{.kind = Event::Kind::message,
                                                             .opcode = Opcode::binary,
                                                             .payload = std::string(bad)}}));
  }
  check(frame(kDeflatedText, deflated("\xE2\x82\xAC")) + frame(kDeflatedText, deflated("ascii")),
        "text(\\xE2\\x82\\xAC) text(ascii)");
}

TEST(compressed_message, IsRefusedAtTheFirstByteThatIsNotUtf8) {
  const std::string payload = DeflateBits().stored("bad: \xFF and more").bytes();
  check(frame(kDeflatedText, payload).substr(0, 6 + 5 + 6), kNotUtf8);
  check(frame(kDeflatedText, payload).substr(0, 6 + 5 + 5), "");
  check(frame(kDeflatedBegin, payload), kNotUtf8);
}

TEST(compressed_message, MayCutACharacterAnywhere) {
  const std::string payload = DeflateBits()
                                  .stored("\xF0")
                                  .begin(1)
                                  .literals("\x9F\x98")
                                  .end_of_block()
                                  .stored("\x80!")
                                  .flushed();
  check_payload(payload, "text(\\xF0\\x9F\\x98\\x80!)");
}

TEST(compressed_message, MayHaveFinalBlocksAnywhere) {
  const std::string final = DeflateBits().begin(1, true).literals("one ").end_of_block().bytes();
  const std::string stored = DeflateBits().stored("two ", true).bytes();
  check_payload(final, "text(one )");
  check_payload(final + std::string(1, '\0'), "text(one )");
  check_payload(final + stored + final, "text(one two one )");
  check_payload(final + deflated("and more"), "text(one and more)");
  check_payload(final + std::string("\x01\x00\x00\xFF\xFF\x00", 6), "text(one )");
  std::string many;
  for (int i = 0; i < 20; ++i) many += std::string("\x03\x00", 2);
  check_payload(many, "text()");
}

TEST(compressed_message, RefersToNothingBeforeAFinalBlock) {
  const std::string final = DeflateBits().stored("abc", true).bytes();
  check_error(final + DeflateBits().begin(1).match(3, 3).end_of_block().flushed(), kBad);
  check_events(
      frame(kDeflatedText, final) +
          frame(kDeflatedText, DeflateBits().begin(1).match(3, 3).end_of_block().flushed()),
      std::string("text(abc) ") + kBad, kLimits, kTakeover);
}

TEST(compressed_message, RefusesDataThatAreNoDeflate) {
  check_error(DeflateBits().begin(3).bytes(), kBad);
  check_error(DeflateBits().begin(1).literals("abc").end_of_block().begin(3).bytes(), kBad);
  check_error(std::string("\x00\x05\x00\xFA\xFEHello", 10), kBad);
  check_error(DeflateBits().begin(1).match(3, 1).end_of_block().flushed(), kBad);
  check_error(DeflateBits().begin(1).literals("abc").match(3, 4).end_of_block().flushed(), kBad);
  check_error(std::string(20, '\xFF'), kBad);
  check_error("\xC3\xA4 plain text that is sent as if it were compressed", kBad);
  // A code of its own: too many symbols, no end of the block, more codes than there is room for.
  check_error(DeflateBits().begin(2).bits(30, 5).bits(0, 9).bytes(), kBad);
  check_error(DeflateBits().begin(2).bits(0, 14).bits(0, 24).bits(0, 300).bytes(), kBad);
  check_error(DeflateBits().begin(2).bits(0, 14).bits(07777, 12).bytes(), kBad);
}

TEST(compressed_message, RefusesWhatFollowsAnError) {
  const std::string bad = frame(kDeflatedText, DeflateBits().begin(3).bytes());
  check(bad + frame(kDeflatedText, deflated("text")) + close_frame(1000), kBad);
}

TEST(compressed_message, RefusesAMessageThatIsCutShort) {
  const std::string whole = DeflateBits().begin(1).literals("Hello").end_of_block().flushed();
  check_payload(whole, "text(Hello)");
  for (const size_t size : {1, 2, 3, 4, 5, 6}) check_error(whole.substr(0, size), kUnfinished);
  check_error(std::string("\x00\x05\x00\xFA\xFFHel", 8), kBad);
  check_error(std::string("\x00\x05\x00\xFA", 4), kBad);
}

TEST(compressed_message, RefusesATailThatWasNotTakenOff) {
  check_error(deflated("Hello") + std::string("\x00\x00\xFF\xFF", 4), kUnfinished);
}

TEST(compressed_message, TakesSyncFlushesInside) {
  const std::string tail("\x00\x00\xFF\xFF", 4);
  ClientDeflate client;
  std::string payload = client.message("one ") + tail;
  payload += client.message("two ") + tail;
  payload += client.message("one two");
  check_payload(payload, "text(one two one two)");
}

TEST(compressed_message, TakesStoredBlocksOfAllSizes) {
  for (const size_t size : {0, 1, 255, 1000, 65535}) {
    const std::string text(size, 'x');
    check(frame(kDeflatedText, DeflateBits().stored(text).flushed()),
          to_string({{.kind = Event::Kind::message, .opcode = Opcode::text, .payload = text}}));
  }
}
