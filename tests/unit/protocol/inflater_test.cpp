// Inflating by itself: small outputs, parking, memory.
#include "protocol/inflater.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "support/deflate_bits.h"

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;
using namespace ws::protocol::test;

namespace {

// The message, or the words of an error, with outputs of `room` bytes.
std::string inflated(Inflater& inflater, std::string_view payload, size_t room = 4096) {
  inflater.begin_message();
  std::string all;
  std::vector<char> output(room);
  for (;;) {
    const Inflater::Step step = inflater.inflate(payload, true, output);
    all.append(output.data(), step.size);
    if (step.error != ProtocolError::none) return std::string(describe(step.error));
    if (!step.more) return all;
  }
}

std::string numbers(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += std::to_string(i * i) + ",";
  return text;
}

}  // namespace

TEST_GROUP(inflater){};

TEST(inflater, GivesTheSameInOutputsOfAnySize) {
  const std::string text = numbers(0, 300);
  for (const unsigned bits : {9, 12, 15}) {
    const std::string payload = ClientDeflate(static_cast<int>(bits)).message(text);
    for (const size_t room : {1, 2, 3, 255, 256, 257, 258, 259, 511, 512, 513, 4096}) {
      Inflater inflater(bits, false);
      CHECK(inflated(inflater, payload, room) == text);
      CHECK(inflated(inflater, payload, room) == text);
    }
  }
}

// In the last byte of this are the end of a long match and the short code for the end of the block:
// so all of it, and the tail, are taken in while bytes wait for room.
TEST(inflater, EndsWhereTheLastByteFillsTheOutput) {
  const std::string payload(
      "\xEC\xC3\x41\x0D\x00\x00\x0C\x03\xA1\xF3\x6F\x9A\xD9\xD8\xA3\x24\x50\x36\x5A\x65\xA3\x55"
      "\x36\x5A\x65\xA3\x55\x36\x5A\x65\xA3\x55\x36\x5A\x65\xA3\xF7\x0F",
      38);
  for (const unsigned bits : {9, 15}) {
    for (const size_t room : {1, 2, 100, 2048, 4095, 4096, 4097}) {
      Inflater inflater(bits, false);
      LONGS_EQUAL(4096, inflated(inflater, payload, room).size());
    }
  }
}

// The last byte of the input may hold bits of the last literal (nine each) and the whole end of the
// final block, which is then unread when the output is full.
TEST(inflater, EndsWithAFinalBlockWhereTheOutputIsFull) {
  for (size_t size = 1; size < 20; ++size) {
    const std::string text(size, '\xFF');
    const std::string payload = DeflateBits().begin(1, true).literals(text).end_of_block().bytes();
    for (const unsigned bits : {9, 15}) {
      for (size_t room = 1; room < 20; ++room) {
        Inflater inflater(bits, false);
        CHECK(inflated(inflater, payload, room) == text);
      }
    }
  }
}

TEST(inflater, AsksForMoreRoomOnlyIfThereIsMore) {
  Inflater inflater(15, false);
  inflater.begin_message();
  std::array<char, 5> output;
  const std::string data = deflated("Hello");
  std::string_view input = data;
  const Inflater::Step step = inflater.inflate(input, false, output);
  LONGS_EQUAL(5, step.size);
  const Inflater::Step rest = inflater.inflate(input, true, output);
  LONGS_EQUAL(0, rest.size);
  CHECK_FALSE(rest.more);
  CHECK(rest.error == ProtocolError::none);
}

TEST(inflater, HoldsNothingBeforeItsFirstMessage) {
  Inflater inflater(15, true);
  LONGS_EQUAL(0, inflater.memory());
  inflater.park();
  LONGS_EQUAL(0, inflater.memory());
  STRCMP_EQUAL("abc", inflated(inflater, deflated("abc")).c_str());
  CHECK(inflater.memory() > 32768);
}

TEST(inflater, KeepsWhatLaterMessagesMayReferToWhileParked) {
  for (const unsigned bits : {9, 10, 15}) {
    ClientDeflate client(static_cast<int>(bits));
    Inflater inflater(bits, true);
    size_t sent = 0;
    for (int i = 0; i < 60; ++i) {
      const std::string text = numbers(i, 2 * i);
      sent += text.size();
      CHECK(inflated(inflater, client.message(text)) == text);
      if (i % 3 != 0) inflater.park();
      if (i % 3 == 2) inflater.park();
      if (i % 3 != 0) LONGS_EQUAL(std::min(sent, size_t{1} << bits), inflater.memory());
    }
  }
}

TEST(inflater, KeepsTheWindowWhereItWasWhenParked) {
  const std::string text = numbers(0, 200);
  const auto refer = [](unsigned distance) {
    return DeflateBits().begin(1).match(3, distance).end_of_block().flushed();
  };
  for (const bool parked : {false, true}) {
    for (const unsigned distance : {512, 513}) {
      Inflater inflater(9, true);
      CHECK(inflated(inflater, deflated("x")) == "x");
      CHECK(inflated(inflater, DeflateBits().stored(text).flushed()) == text);
      if (parked) inflater.park();
      const bool wrong = inflated(inflater, refer(distance)) == "the compressed data are wrong";
      CHECK_EQUAL(distance == 513, wrong);
    }
  }
}

TEST(inflater, KeepsNothingWithoutTakeover) {
  Inflater inflater(15, false);
  CHECK(inflated(inflater, deflated("abc")) == "abc");
  inflater.park();
  LONGS_EQUAL(0, inflater.memory());
  CHECK(inflated(inflater, deflated("abc")) == "abc");
}

TEST(inflater, KeepsNothingBehindAFinalBlock) {
  Inflater inflater(15, true);
  CHECK(inflated(inflater, DeflateBits().stored("abc", true).bytes()) == "abc");
  inflater.park();
  LONGS_EQUAL(0, inflater.memory());
  CHECK(inflated(inflater, deflated("abc")) == "abc");
}

TEST(inflater, ServesClientsWithDifferentWindows) {
  Inflater inflater;
  for (int i = 0; i < 30; ++i) {
    const unsigned bits = 9 + static_cast<unsigned>(i * 5 % 7);
    inflater.use_for(bits, false);
    const std::string text = numbers(0, 400);
    CHECK(inflated(inflater, ClientDeflate(static_cast<int>(bits)).message(text)) == text);
  }
}

TEST(inflater, ThrowsZlibsStateAwayAfterAnError) {
  Inflater inflater(15, false);
  CHECK(inflated(inflater, "\x07") == "the compressed data are wrong");
  LONGS_EQUAL(0, inflater.memory());
  CHECK(inflated(inflater, deflated("abc")) == "abc");
  CHECK(inflated(inflater, deflated("abc").substr(0, 3)) == "the compressed data end too early");
  LONGS_EQUAL(0, inflater.memory());
  CHECK(inflated(inflater, deflated("abc")) == "abc");
}

TEST(inflater, BeginsAnewAfterAnError) {
  const std::string text = numbers(0, 200);
  for (const std::string_view last : {"\x07", "\x03\x00\x07"}) {
    Inflater inflater(9, true);
    CHECK(inflated(inflater, DeflateBits().stored(text).flushed()) == text);
    CHECK(inflated(inflater, last) != "");
    CHECK(inflated(inflater, ClientDeflate(9).message(text)) == text);
  }
}

TEST(inflater, EndsOnBlocksWithoutBytes) {
  std::string blocks;
  for (int i = 0; i < 100000; ++i) blocks.append("\x03\x00\x00\x00\x00\xFF\xFF", 7);
  Inflater inflater(15, false);
  CHECK(inflated(inflater, blocks + deflated("")) == "");
  CHECK(inflated(inflater, blocks + deflated("abc")) == "abc");
}
