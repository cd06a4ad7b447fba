// Text is checked once: a part of the message at hand needs its borders looked at only.
#include "plugin/payload.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;

TEST_GROUP(payload){};

TEST(payload, EveryPartOfCheckedTextIsJudgedAsTheFullCheckDoes) {
  const std::string checked = "a\xC3\xA4\xE2\x82\xACz\xF0\x9F\x98\x80!";
  for (size_t begin = 0; begin <= checked.size(); ++begin)
    for (size_t end = begin; end <= checked.size(); ++end) {
      const std::string_view part = std::string_view(checked).substr(begin, end - begin);
      const wsp_bytes bytes{part.data(), part.size()};
      CHECK_EQUAL(ws::protocol::is_valid_utf8(part), is_sendable(WSP_TEXT, bytes, checked));
    }
}

TEST(payload, WhatReachesOverTheEndIsChecked) {
  const std::string memory =
      "good\xFF"
      "bad";
  const std::string_view checked = std::string_view(memory).substr(0, 4);
  CHECK_TRUE(is_sendable(WSP_TEXT, {memory.data(), 4}, checked));
  CHECK_FALSE(is_sendable(WSP_TEXT, {memory.data(), 5}, checked));
  CHECK_FALSE(is_sendable(WSP_TEXT, {memory.data() + 4, 1}, checked));
  CHECK_TRUE(is_sendable(WSP_TEXT, {memory.data() + 5, 3}, checked));
}

TEST(payload, KnowsTwoOpcodes) {
  for (int opcode = -1; opcode < 18; ++opcode)
    CHECK_EQUAL(opcode == WSP_TEXT || opcode == WSP_BINARY, is_sendable(opcode, {"x", 1}));
  CHECK_TRUE(is_sendable(WSP_BINARY, {"\xFF", 1}));
  CHECK_FALSE(is_sendable(WSP_TEXT, {"\xFF", 1}));
  CHECK_TRUE(is_sendable(WSP_TEXT, {nullptr, 0}));
  CHECK_FALSE(is_sendable(WSP_TEXT, {nullptr, 1}));
  CHECK_FALSE(is_sendable(WSP_BINARY, {nullptr, 1}));
}
