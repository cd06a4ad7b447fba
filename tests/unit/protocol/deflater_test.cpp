// Deflating, read back by the Inflater and by the plain reader.
#include "protocol/deflater.h"

#include <string>
#include <vector>

#include "protocol/deflater_pool.h"
#include "support/oracle_inflate.h"

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;
using namespace ws::protocol::test;

namespace {

std::string compressed(Deflater& deflater, std::string_view payload) {
  std::string out = "before";
  deflater.compress(payload, out);
  STRCMP_EQUAL("before", out.substr(0, 6).c_str());
  return out.substr(6);
}

std::string pooled(DeflaterPool& pool, std::string_view payload, unsigned bits, int level = 3) {
  std::string out;
  pool.compress(payload, window_for(payload.size(), bits), level, out);
  return out;
}

OracleInflated read_back(std::string_view payload, unsigned bits, std::string_view history = "") {
  return oracle_inflate(payload, true, history, size_t{1} << bits, SIZE_MAX);
}

// Much the same near and far, so that every window has something to refer to.
std::string text_of(size_t size) {
  std::string text;
  for (uint32_t i = 0; text.size() < size; ++i) {
    text += "{\"id\":" + std::to_string(i * 2654435761U % 1000) + ",\"room\":\"lobby\"}";
  }
  text.resize(size);
  return text;
}

const std::vector<size_t> kSizes{1,    2,    100,   249,   250,   251,   256,
                                 511,  512,  513,   1000,  1023,  1024,  1025,
                                 4096, 5000, 16384, 16385, 32768, 32769, 100000};

}  // namespace

TEST_GROUP(deflater){};

TEST(deflater, MakesTheExampleOfTheRfc) {  // RFC 7692 section 7.2.3.1 and 7.2.3.2
  Deflater deflater(15, 6);
  const std::string hello = "\xF2\x48\xCD\xC9\xC9\x07" + std::string(1, '\0');
  CHECK(compressed(deflater, "Hello") == hello);
  CHECK(compressed(deflater, "Hello") == std::string_view("\xF2\x00\x11\x00\x00", 5));
  deflater.reset();
  CHECK(compressed(deflater, "Hello") == hello);
}

TEST(deflater, MakesOneByteOfNothingAtAnyTime) {
  Deflater deflater(15, 3);
  std::string history;
  for (const std::string_view payload : {"", "", "abc", "", "", "abcabc", ""}) {
    const std::string bytes = compressed(deflater, payload);
    if (payload.empty()) LONGS_EQUAL(1, bytes.size());
    const OracleInflated back = read_back(bytes, 15, history);
    CHECK(back.whole && back.bytes == payload);
    history = back.history;
  }
}

TEST(deflater, KeepsToTheWindow) {
  for (unsigned bits = 9; bits <= 15; ++bits) {
    for (const int level : {1, 6, 9}) {
      Deflater deflater(bits, level);
      std::string history;
      for (const size_t size : {300, 1, 5000, 70000, 20}) {
        const std::string text = text_of(size);
        OracleInflated back = read_back(compressed(deflater, text), bits, history);
        CHECK(back.whole && back.bytes == text);
        history = std::move(back.history);
      }
    }
  }
}

TEST(deflater, RefersToEarlierMessagesUntilReset) {
  Deflater deflater(15, 6);
  const std::string text = text_of(2000);
  const std::string first = compressed(deflater, text);
  const std::string second = compressed(deflater, text);
  CHECK(second.size() < 40);
  CHECK_TRUE(read_back(second, 15).wrong);
  deflater.reset();
  CHECK(compressed(deflater, text) == first);
}

TEST(deflater, TakesWhatCannotBeCompressed) {
  std::string noise;
  for (uint32_t i = 0, seed = 1; i < 100000; ++i) {
    seed = seed * 1664525 + 1013904223;
    noise.push_back(static_cast<char>(seed >> 24));
  }
  for (const unsigned bits : {9, 15}) {
    Deflater deflater(bits, 3);
    const std::string bytes = compressed(deflater, noise);
    CHECK(bytes.size() < noise.size() + noise.size() / 16 + 64);
    CHECK(read_back(bytes, bits).bytes == noise);
  }
}

TEST(deflater, TellsItsMemory) {
  CHECK(Deflater(15, 3).memory() > 250000);
  CHECK(Deflater(9, 3).memory() < 20000);
}

TEST_GROUP(deflater_pool){};

TEST(deflater_pool, TakesTheSmallestWindowThatCoversThePayload) {
  const struct {
    size_t size;
    unsigned agreed, window;
  } kRows[] = {{0, 15, 9},      {1, 15, 9},      {512, 15, 9},      {513, 15, 10},
               {1024, 15, 10},  {1025, 15, 11},  {16384, 15, 14},   {16385, 15, 15},
               {32768, 15, 15}, {32769, 15, 15}, {1 << 30, 15, 15}, {512, 9, 9},
               {513, 9, 9},     {5000, 10, 10},  {1 << 30, 12, 12}};
  for (const auto& row : kRows) LONGS_EQUAL(row.window, window_for(row.size, row.agreed));
}

TEST(deflater_pool, KeepsToTheAgreedWindow) {
  DeflaterPool pool;
  for (unsigned bits = 9; bits <= 15; ++bits) {
    for (const size_t size : kSizes) {
      const std::string text = text_of(size);
      const OracleInflated back = read_back(pooled(pool, text, bits), bits);
      CHECK(back.whole && back.bytes == text);
    }
  }
}

TEST(deflater_pool, MakesTheSameForAllThatHaveTheSameWindow) {
  DeflaterPool pool;
  for (const size_t size : kSizes) {
    const std::string text = text_of(size);
    for (unsigned bits = 9; bits <= 15; ++bits) {
      DeflaterPool fresh;
      const std::string bytes = pooled(fresh, text, bits);
      CHECK(bytes == pooled(pool, text, bits));
      if (window_for(size, bits) == window_for(size, 15)) CHECK(bytes == pooled(pool, text, 15));
    }
  }
}

TEST(deflater_pool, RefersToNoEarlierMessage) {
  DeflaterPool pool;
  const std::string text = text_of(600);
  const std::string first = pooled(pool, text, 15);
  static_cast<void>(pooled(pool, text_of(700), 15));
  CHECK(pooled(pool, text, 15) == first);
}

TEST(deflater_pool, UsesTheLevelOfEachCall) {
  DeflaterPool pool;
  const std::string text = text_of(30000);
  const std::string fast = pooled(pool, text, 15, 1);
  const std::string small = pooled(pool, text, 15, 9);
  CHECK(small.size() < fast.size());
  CHECK(pooled(pool, text, 15, 1) == fast);
  DeflaterPool other;
  CHECK(pooled(other, text, 15, 9) == small);
}
