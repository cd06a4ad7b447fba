// Headers of our frames: bytes, and what a client reads in them.
#include "protocol/frame_writer.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;

namespace {

std::string written(Opcode opcode, uint64_t size, bool fin = true, bool rsv1 = false) {
  char bytes[kMaxServerHeader];
  return {bytes, write_frame_header(bytes, opcode, size, fin, rsv1)};
}

}  // namespace

TEST_GROUP(frame_writer){};

TEST(frame_writer, WritesTheShortestFormOfTheLength) {
  using namespace std::string_literals;
  CHECK(written(Opcode::text, 0) == "\x81\x00"s);
  CHECK(written(Opcode::text, 125) == "\x81\x7D"s);
  CHECK(written(Opcode::binary, 126) == "\x82\x7E\x00\x7E"s);
  CHECK(written(Opcode::binary, 65535) == "\x82\x7E\xFF\xFF"s);
  CHECK(written(Opcode::binary, 65536) == "\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s);
  CHECK(written(Opcode::binary, 0x123456789ABCDEF0) == "\x82\x7F\x12\x34\x56\x78\x9A\xBC\xDE\xF0"s);
}

TEST(frame_writer, WritesFinAndRsv1) {
  using namespace std::string_literals;
  CHECK(written(Opcode::text, 1, false) == "\x01\x01"s);
  CHECK(written(Opcode::continuation, 1, false) == "\x00\x01"s);
  CHECK(written(Opcode::continuation, 1, true) == "\x80\x01"s);
  CHECK(written(Opcode::text, 1, true, true) == "\xC1\x01"s);
}

TEST(frame_writer, WritesControlFramesUnmasked) {
  using namespace std::string_literals;
  CHECK(written(Opcode::close, 2) == "\x88\x02"s);
  CHECK(written(Opcode::ping, 0) == "\x89\x00"s);
  CHECK(written(Opcode::pong, 125) == "\x8A\x7D"s);
}
