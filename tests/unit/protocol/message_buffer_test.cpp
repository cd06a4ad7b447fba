// The buffer of an unfinished message.
#include "protocol/message_buffer.h"

#include <string>

#include <CppUTest/TestHarness.h>

using ws::protocol::MessageBuffer;

TEST_GROUP(message_buffer){};

TEST(message_buffer, HoldsNothingAtFirst) {
  const MessageBuffer buffer;
  LONGS_EQUAL(0, buffer.size());
  LONGS_EQUAL(0, buffer.capacity());
  CHECK_TRUE(buffer.view().empty());
}

TEST(message_buffer, AppendsInOrder) {
  MessageBuffer buffer;
  buffer.append("abc", 10);
  buffer.append("", 10);
  buffer.append("def", 0);
  CHECK(buffer.view() == "abcdef");
}

TEST(message_buffer, DoublesButNotBeyondWhatIsExpected) {
  MessageBuffer buffer;
  buffer.append("0123456789", UINT64_MAX);
  LONGS_EQUAL(20, buffer.capacity());
  buffer.append("0123456789a", 3);
  LONGS_EQUAL(24, buffer.capacity());
  buffer.append("abc", 0);
  LONGS_EQUAL(24, buffer.capacity());
}

TEST(message_buffer, GrowsGeometrically) {
  MessageBuffer buffer;
  size_t growths = 0;
  for (int i = 0; i < 100000; ++i) {
    const size_t before = buffer.capacity();
    buffer.append("x", UINT64_MAX);
    growths += buffer.capacity() != before ? 1 : 0;
  }
  CHECK(growths < 20);
}

TEST(message_buffer, KeepsItsFrontWhenTruncated) {
  MessageBuffer buffer;
  buffer.append("message|control", 0);
  buffer.truncate(7);
  CHECK(buffer.view() == "message");
  buffer.truncate(100);
  CHECK(buffer.view() == "message");
}

TEST(message_buffer, FreesItsBlockWhenEmptied) {
  MessageBuffer buffer;
  buffer.append("abc", 0);
  buffer.truncate(0);
  LONGS_EQUAL(0, buffer.capacity());
  buffer.append("x", 0);
  CHECK(buffer.view() == "x");
}
