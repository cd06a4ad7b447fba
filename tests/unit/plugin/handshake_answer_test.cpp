// What a plugin may answer to a handshake, and what breaks HTTP's rules (BAD_INPUT A27, A39, H8).
#include "plugin/handshake_answer.h"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;

namespace {

wsp_bytes bytes(std::string_view text) { return {text.data(), text.size()}; }

const std::vector<std::string_view> kOffered = {"two", "one"};

struct Case {
  HandshakeAnswer answer{kOffered, "two"};

  wsp_status add(std::string_view name, std::string_view value) {
    return answer.table()->add_header(answer.table(), bytes(name), bytes(value));
  }
  wsp_status select(std::string_view name) {
    return answer.table()->select_subprotocol(answer.table(), bytes(name));
  }
  wsp_status refuse(uint16_t status, std::string_view text) {
    return answer.table()->refuse(answer.table(), status, bytes(text));
  }
  HandshakeDecision decide(wsp_status status) { return std::move(answer).decide(status); }
};

}  // namespace

TEST_GROUP(handshake_answer){};

TEST(handshake_answer, AcceptsWithTheHostsChoice) {
  Case c;
  const HandshakeDecision decision = c.decide(WSP_OK);
  CHECK_EQUAL(101, decision.status);
  STRCMP_EQUAL("two", decision.subprotocol.c_str());
  CHECK_TRUE(decision.headers.empty() && decision.error.empty());
}

TEST(handshake_answer, AddsHeadersInOrder) {
  Case c;
  CHECK_EQUAL(WSP_OK, c.add("Set-Cookie", "a=1; Path=/"));
  CHECK_EQUAL(WSP_OK, c.add("Set-Cookie", "b=2"));
  CHECK_EQUAL(WSP_OK, c.add("X-Empty", ""));
  CHECK_EQUAL(WSP_OK, c.add("X-Utf8", "\xC3\xA4\tz"));
  const HandshakeDecision decision = c.decide(WSP_OK);
  CHECK_EQUAL(101, decision.status);
  CHECK_EQUAL(4u, decision.headers.size());
  STRCMP_EQUAL("a=1; Path=/", decision.headers[0].second.c_str());
  STRCMP_EQUAL("b=2", decision.headers[1].second.c_str());
}

TEST(handshake_answer, RejectsHeadersThatBreakTheRules) {
  using namespace std::string_view_literals;
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"", "x"},
      {"a b", "x"},
      {"a:", "x"},
      {"a\r\nb", "x"},
      {"\xC3\xA4", "x"},
      {"a\0b"sv, "x"},
      {"X", "a\r\nSet-Cookie: b"},
      {"X", "a\nb"},
      {"X", "a\rb"},
      {"X", "a\0b"sv},
      {"X", "\x7F"},
      {"X", "\x1B[0m"},
      {"X", " a"},
      {"X", "a "},
      {"Connection", "close"},
      {"UPGRADE", "x"},
      {"Sec-WebSocket-Accept", "x"},
      {"sec-websocket-extensions", "x"},
      {"Sec-WebSocket-Protocol", "one"},
      {"Content-Length", "0"},
      {"Transfer-Encoding", "chunked"},
      {"Keep-Alive", "x"},
      {"TE", "x"},
      {"Trailer", "x"},
      {"Proxy-Connection", "x"},
      {"HTTP2-Settings", "x"},
  };
  for (const auto& [name, value] : rows) {
    Case c;
    CHECK_EQUAL(WSP_E_INVALID, c.add(name, value));
    const HandshakeDecision decision = c.decide(WSP_OK);
    CHECK_EQUAL(500, decision.status);
    CHECK_TRUE(decision.headers.empty() && decision.subprotocol.empty());
    CHECK_FALSE(decision.error.empty());
    CHECK_TRUE(decision.error.find_first_of("\r\n\x1B") == std::string::npos);
  }
}

TEST(handshake_answer, SelectsWhatTheClientOffered) {
  Case c;
  CHECK_EQUAL(WSP_OK, c.select("one"));
  STRCMP_EQUAL("one", c.decide(WSP_OK).subprotocol.c_str());
  Case none;
  CHECK_EQUAL(WSP_OK, none.select(""));
  STRCMP_EQUAL("", none.decide(WSP_OK).subprotocol.c_str());
  for (const char* name : {"three", "ONE", "one,two", "one\r\nX: y", "on"}) {
    Case wrong;
    CHECK_EQUAL(WSP_E_INVALID, wrong.select(name));
    CHECK_EQUAL(500, wrong.decide(WSP_OK).status);
  }
}

TEST(handshake_answer, RefusesAsThePluginSays) {
  Case c;
  CHECK_EQUAL(WSP_OK, c.add("X", "y"));
  CHECK_EQUAL(WSP_OK, c.refuse(429, "slow down"));
  const HandshakeDecision decision = c.decide(WSP_E_INVALID);
  CHECK_EQUAL(429, decision.status);
  STRCMP_EQUAL("slow down", decision.text.c_str());
  CHECK_TRUE(decision.headers.empty() && decision.subprotocol.empty() && decision.error.empty());
  // Refused stays refused, whatever it returns then.
  Case ok;
  CHECK_EQUAL(WSP_OK, ok.refuse(403, ""));
  CHECK_EQUAL(403, ok.decide(WSP_OK).status);
}

TEST(handshake_answer, RefusalsHaveBounds) {
  for (const uint16_t status : {0, 101, 200, 399, 600, 65535}) {
    Case c;
    CHECK_EQUAL(WSP_E_INVALID, c.refuse(status, "x"));
    CHECK_EQUAL(500, c.decide(WSP_E_INVALID).status);
  }
  for (const uint16_t status : {400, 599}) {
    Case c;
    CHECK_EQUAL(WSP_OK, c.refuse(status, "x"));
    CHECK_EQUAL(status, c.decide(WSP_E_FAILED).status);
  }
  Case c;
  CHECK_EQUAL(WSP_E_INVALID, c.refuse(403, "\xFF"));
  CHECK_EQUAL(500, c.decide(WSP_E_INVALID).status);
}

TEST(handshake_answer, AFailureWithoutARefusalHasItsStatus) {
  struct Row {
    wsp_status status;
    int expected;
  };
  const Row rows[] = {
      {WSP_E_INVALID, 403}, {WSP_E_FAILED, 500}, {WSP_E_GONE, 500}, {-77, 500}, {12345, 500}};
  for (const Row& row : rows) {
    Case c;
    CHECK_EQUAL(row.expected, c.decide(row.status).status);
  }
}
