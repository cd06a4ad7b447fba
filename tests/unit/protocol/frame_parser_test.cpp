// Frames: headers, their faults, and pieces of payload (BAD_INPUT rows B1 to B10, B18, B24, B30).
#include "protocol/frame_parser.h"

#include <string>
#include <vector>

#include "support/check_events.h"
#include "support/client_frames.h"
#include "support/recorded_event.h"

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;
using namespace ws::protocol::test;

namespace {

std::string byte_string(std::initializer_list<unsigned> bytes) {
  std::string text;
  for (const unsigned byte : bytes) text.push_back(static_cast<char>(byte));
  return text;
}

// The error that the first `count` bytes of a header give, none if they are well so far.
ProtocolError error_after(std::string header, size_t count) {
  FrameParser parser;
  std::span<char> input(header.data(), count);
  return parser.next(input).error;
}

void check_found_at_byte(const std::string& header, size_t byte, ProtocolError error) {
  for (size_t have = 1; have <= header.size(); ++have) {
    const ProtocolError expected = have < byte ? ProtocolError::none : error;
    STRCMP_EQUAL(std::string(describe(expected)).c_str(),
                 std::string(describe(error_after(header, have))).c_str());
  }
}

}  // namespace

TEST_GROUP(frame_parser){};

TEST(frame_parser, ReadsEachKindOfFrame) {
  check_events(frame(kText, "abc"), "text(abc)");
  check_events(frame(kBinary, "\x01\xFF"), "binary(\\x01\\xFF)");
  check_events(frame(kPing, "p"), "ping(p)");
  check_events(frame(kPong, "q"), "pong(q)");
  check_events(close_frame(1000, "bye"), "close(1000 bye)");
}

TEST(frame_parser, ReadsEmptyFrames) {
  check_events(frame(kText, ""), "text()");
  check_events(frame(kBinary, "") + frame(kPing, "") + frame(kPong, ""), "binary() ping() pong()");
}

TEST(frame_parser, ReadsTheExampleOfTheRfc) {  // RFC 6455 section 5.7
  check_events("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "text(Hello)");
}

TEST(frame_parser, ReadsAllFormsOfTheLength) {
  for (const size_t size : {0,  1,  3,   4,   5,   7,   8,   15,   16,    31,    32,    33,
                            64, 65, 124, 125, 126, 127, 128, 1000, 65535, 65536, 65537, 200000}) {
    const std::string payload(size, 'x');
    std::vector<RecordedEvent> expected{
        {.kind = Event::Kind::message, .opcode = Opcode::binary, .payload = payload}};
    check_events(frame(kBinary, payload), to_string(expected));
    expected[0].opcode = Opcode::text;
    check_events(frame(kText, payload), to_string(expected));
  }
}

TEST(frame_parser, ReadsCoalescedFrames) {
  check_events(frame(kText, "a") + frame(kPing, "b") + frame(kBinary, "c") + frame(kText, "") +
                   frame(kText, "d"),
               "text(a) ping(b) binary(c) text() text(d)");
}

TEST(frame_parser, AcceptsAnyMask) {
  for (const std::string_view mask :
       {std::string_view("\0\0\0\0", 4), std::string_view("\xFF\xFF\xFF\xFF"),
        std::string_view("\x01\x02\x03\x04")}) {
    check_events(frame(kText, "the payload", mask), "text(the payload)");
  }
}

TEST(frame_parser, RejectsUnmaskedFrame) {
  for (const uint8_t first : {kText, kBinary, kPing, kPong, kClose}) {
    check_found_at_byte(byte_string({first, 0x05, 'H', 'e', 'l', 'l', 'o'}), 2,
                        ProtocolError::unmasked_frame);
    check_events(byte_string({first, 0x05, 'H', 'e', 'l', 'l', 'o'}),
                 "error(a frame is not masked)");
  }
}

TEST(frame_parser, RejectsReservedBits) {
  for (const unsigned bits : {0x40U, 0x20U, 0x10U, 0x70U}) {
    for (const unsigned first : {0x81U, 0x82U, 0x01U, 0x88U, 0x89U, 0x8AU, 0x80U}) {
      check_found_at_byte(byte_string({first | bits, 0x80, 0, 0, 0, 0}), 1,
                          ProtocolError::reserved_bit);
    }
  }
  check_events(frame(kTextBegin, "a") + frame(kContinueEnd | 0x40, "b"),
               "error(a reserved bit is set)");
}

TEST(frame_parser, RejectsReservedOpcodeBeforeTheLength) {
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    check_found_at_byte(header(static_cast<uint8_t>(0x80 | opcode), uint64_t{1} << 62), 1,
                        ProtocolError::reserved_opcode);
  }
}

TEST(frame_parser, RejectsLengthWithTopBitAtItsFirstByte) {
  for (const uint64_t size : {uint64_t{1} << 63, UINT64_MAX, UINT64_MAX - 14}) {
    check_found_at_byte(header(kBinary, size), 3, ProtocolError::length_too_big);
    check_events(header(kBinary, size), "error(a length of 2^63 or more)");
  }
}

TEST(frame_parser, RejectsLengthNotInItsShortestForm) {
  for (const uint64_t size : {0, 1, 125}) {
    check_found_at_byte(header_of_form(kText, 2, size), 4, ProtocolError::length_not_minimal);
    check_found_at_byte(header_of_form(kText, 8, size), 10, ProtocolError::length_not_minimal);
  }
  for (const uint64_t size : {126, 65535}) {
    check_found_at_byte(header_of_form(kText, 8, size), 10, ProtocolError::length_not_minimal);
  }
  check_events(header_of_form(kText, 2, 125), "error(a length is not in its shortest form)");
}

TEST(frame_parser, RejectsLongControlFrames) {
  for (const uint8_t first : {kPing, kPong, kClose}) {
    for (const uint64_t size : {uint64_t{126}, uint64_t{65535}, uint64_t{1} << 63}) {
      check_found_at_byte(header(first, size), 2, ProtocolError::control_too_long);
    }
    check_found_at_byte(header_of_form(first, 2, 5), 2, ProtocolError::control_too_long);
  }
  check_events(frame(kPing, std::string(125, 'p')) + frame(kPing, std::string(126, 'p')),
               to_string({{.kind = Event::Kind::ping, .payload = std::string(125, 'p')}}) +
                   " error(a control frame is longer than 125 bytes)");
}

TEST(frame_parser, RejectsFragmentedControlFrames) {
  for (const uint8_t first : {kPing, kPong, kClose}) {
    check_found_at_byte(frame(first & 0x0F, ""), 1, ProtocolError::control_fragmented);
  }
}

TEST(frame_parser, RejectsContinuationWithoutMessage) {
  check_found_at_byte(frame(kContinue, "x"), 1, ProtocolError::unexpected_continuation);
  check_found_at_byte(frame(kContinueEnd, "x"), 1, ProtocolError::unexpected_continuation);
  check_events(frame(kText, "whole") + frame(kContinueEnd, "x"),
               "text(whole) error(a continuation frame without a message)");
  check_events(frame(kTextBegin, "a") + frame(kContinueEnd, "b") + frame(kContinueEnd, "c"),
               "text(ab) error(a continuation frame without a message)");
}

TEST(frame_parser, RejectsNewMessageInsideAFragmentedOne) {
  for (const uint8_t first : {kText, kBinary, kTextBegin, kBinaryBegin}) {
    check_events(frame(kTextBegin, "a") + frame(first, "b"),
                 "error(a new message inside a fragmented one)");
  }
}

TEST(frame_parser, RejectsOtherProtocols) {
  check_events("GET / HTTP/1.1\r\n\r\n", "error(a reserved bit is set)");
  check_events("SSH-2.0-OpenSSH_9.2\r\n", "error(a reserved bit is set)");
  check_events(std::string_view("\x16\x03\x01\x02\x00\x01", 6), "error(a reserved bit is set)");
}

TEST(frame_parser, GivesAHeaderThenThePayload) {
  std::string bytes = frame(kTextBegin, "abcdef");
  FrameParser parser;
  std::span<char> input(bytes.data(), 9);
  FramePiece piece = parser.next(input);
  CHECK(piece.kind == FramePiece::Kind::header);
  CHECK(piece.opcode == Opcode::text);
  CHECK_FALSE(piece.fin);
  LONGS_EQUAL(6, piece.payload_size);
  CHECK_TRUE(parser.in_fragmented_message());
  piece = parser.next(input);
  CHECK(piece.kind == FramePiece::Kind::payload);
  CHECK_FALSE(piece.last);
  LONGS_EQUAL(3, piece.bytes.size());
  POINTERS_EQUAL(bytes.data() + 6, piece.bytes.data());
  LONGS_EQUAL(3, parser.remaining());
  CHECK(parser.next(input).kind == FramePiece::Kind::need_input);
  input = {bytes.data() + 9, 3};
  piece = parser.next(input);
  CHECK_TRUE(piece.last);
  CHECK_FALSE(parser.in_frame());
}

TEST(frame_parser, GivesAnEmptyLastPieceOfAnEmptyFrame) {
  std::string bytes = frame(kBinary, "");
  FrameParser parser;
  std::span<char> input(bytes.data(), bytes.size());
  CHECK(parser.next(input).kind == FramePiece::Kind::header);
  CHECK_TRUE(input.empty());
  CHECK_TRUE(parser.in_frame());
  const FramePiece piece = parser.next(input);
  CHECK(piece.kind == FramePiece::Kind::payload);
  CHECK_TRUE(piece.last);
  CHECK_TRUE(piece.bytes.empty());
  CHECK_FALSE(parser.in_frame());
}

TEST(frame_parser, IsInAFrameFromItsFirstByteToItsLast) {
  std::string bytes = frame(kBinary, std::string(300, 'x'));
  FrameParser parser;
  CHECK_FALSE(parser.in_frame());
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::span<char> input(bytes.data() + i, 1);
    while (parser.next(input).kind != FramePiece::Kind::need_input) {
    }
    CHECK_EQUAL(i + 1 < bytes.size(), parser.in_frame());
  }
}

TEST(frame_parser, StaysFailedAndTakesAllInput) {
  std::string bad = "\x81\x05garbage";
  FrameParser parser;
  std::span<char> input(bad.data(), bad.size());
  CHECK(parser.next(input).error == ProtocolError::unmasked_frame);
  CHECK_TRUE(input.empty());
  std::string good = frame(kText, "good");
  input = {good.data(), good.size()};
  CHECK(parser.next(input).error == ProtocolError::unmasked_frame);
  CHECK_TRUE(input.empty());
  CHECK_FALSE(parser.in_frame());
}
