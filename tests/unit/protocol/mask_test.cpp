// Unmasking: every size and offset against the plain loop.
#include "protocol/mask.h"

#include <string>

#include "support/client_frames.h"

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;
using namespace ws::protocol::test;

namespace {

constexpr size_t kMargin = 40;

uint32_t key() {
  uint32_t mask;
  std::memcpy(&mask, kMask.data(), sizeof mask);
  return mask;
}

std::string text_of(size_t size) {
  std::string text(size, ' ');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(' ' + i * 7 % 90);
  return text;
}

// Unmasks inside a larger block, so that bytes written outside are seen.
void check_unmask(const std::string& payload, size_t offset, bool ascii) {
  std::string block(kMargin + offset, '#');
  block += masked(payload) + std::string(kMargin, '#');
  CHECK_EQUAL(ascii, unmask_ascii(block.data() + kMargin + offset, payload.size(), key()));
  const std::string expected =
      std::string(kMargin + offset, '#') + payload + std::string(kMargin, '#');
  CHECK(block == expected);
}

}  // namespace

TEST_GROUP(mask){};

TEST(mask, TakesTheMaskOffAtEverySizeAndOffset) {
  for (size_t size = 0; size < 300; ++size) {
    for (size_t offset = 0; offset < 33; ++offset) check_unmask(text_of(size), offset, true);
  }
  for (const size_t size : {1023, 1024, 1025, 65535, 65536, 65537}) {
    check_unmask(text_of(size), 1, true);
  }
}

TEST(mask, FindsEveryByteThatIsNotAscii) {
  for (size_t size = 1; size < 300; ++size) {
    for (size_t at = 0; at < size; ++at) {
      std::string payload = text_of(size);
      payload[at] = '\x80';
      check_unmask(payload, size % 16, false);
    }
  }
}

TEST(mask, GoesOnWhereAPieceEnded) {
  const std::string payload = text_of(200);
  for (size_t cut = 0; cut <= payload.size(); ++cut) {
    std::string bytes = masked(payload);
    unmask(bytes.data(), cut, key());
    unmask(bytes.data() + cut, bytes.size() - cut, rotate_mask(key(), cut));
    CHECK(bytes == payload);
  }
}

TEST(mask, RotatesByBytesInMemoryOrder) {
  const uint32_t rotated = rotate_mask(key(), 1);
  char bytes[4];
  std::memcpy(bytes, &rotated, sizeof bytes);
  CHECK(std::string_view(bytes, 4) == "\xFA\x21\x3D\x37");
  CHECK(rotate_mask(key(), 4) == key());
}
