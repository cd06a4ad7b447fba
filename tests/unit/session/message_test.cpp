// Messages in and out of a session, pings, and what ends it for breaking the protocol.
#include <string>

#include "session_bench.h"
#include "support/client_frames.h"

#include <CppUTest/TestHarness.h>

using namespace ws::session;
using namespace ws::session::test;
using namespace ws::protocol::test;
using ws::protocol::Opcode;

TEST_GROUP(session_message){};

TEST(session_message, DeliversMessagesInOrder) {
  Bench bench;
  bench.open();
  bench.send(frame(kText, "one") + frame(kBinary, "two") + frame(kText, ""));
  STRCMP_EQUAL("open text(one) binary(3) text()", bench.handler.take().c_str());
}

TEST(session_message, DeliversWhatCameBehindTheHandshakeAfterOnOpen) {
  Bench bench;
  bench.open(frame(kText, "early") + frame(kTextBegin, "ha"));
  bench.send(frame(kContinueEnd, "lf"));
  STRCMP_EQUAL("open text(early) text(half)", bench.handler.take().c_str());
}

TEST(session_message, SendsFromOnOpenAndOnMessage) {
  Bench bench;
  bench.handler.when_opened = [](Session& s) { (void)s.send(Opcode::text, "hello"); };
  bench.handler.when_message = [](Session& s, std::string_view text) {
    (void)s.send(Opcode::text, text);
  };
  bench.open();
  bench.send(frame(kText, "one") + frame(kText, std::string(70000, 'x')));
  STRCMP_EQUAL(("text(hello) text(one) text(" + std::string(70000, 'x') + ")").c_str(),
               bench.frames().c_str());
}

TEST(session_message, AnswersPingsAtOnceAlsoBetweenFragments) {
  Bench bench;
  bench.open();
  bench.send(frame(kTextBegin, "a") + frame(kPing, "p") + frame(kContinueEnd, "b"));
  STRCMP_EQUAL("pong(p)", bench.frames().c_str());
  STRCMP_EQUAL("open text(ab)", bench.handler.take().c_str());
}

TEST(session_message, RefusesMessagesOfAKindThatThePluginDoesNotTake) {
  SessionLimits limits;
  limits.accepts_binary = false;
  Bench bench(limits);
  bench.open();
  bench.send(frame(kText, "fine") + frame(kBinary, "not"));
  STRCMP_EQUAL("close(1003,) eof", bench.frames().c_str());
  STRCMP_EQUAL("open text(fine) close(1003,)", bench.handler.take().c_str());
}

TEST(session_message, EndsWithTheCodeOfThePeersFault) {
  const struct {
    std::string bytes;
    const char* closed;
  } cases[] = {
      {"\x81\x01x", "close(1002,)"},               // unmasked
      {"GET / HTTP/1.1\r\n\r\n", "close(1002,)"},  // another protocol
      {frame(kText, "\xff"), "close(1007,)"},      // not UTF-8
      {frame(kText, std::string(1001, 'x')), "close(1009,)"},
      {frame(kContinueEnd, "x"), "close(1002,)"},
  };
  for (const auto& one : cases) {
    SessionLimits limits;
    limits.read.max_message_size = 1000;
    Bench bench(limits);
    bench.open();
    bench.send(one.bytes);
    STRCMP_EQUAL((std::string(one.closed) + " eof").c_str(), bench.frames().c_str());
    STRCMP_EQUAL((std::string("open ") + one.closed).c_str(), bench.handler.take().c_str());
  }
}

TEST(session_message, StopsDeliveringAfterAFault) {
  Bench bench;
  bench.open();
  bench.send(frame(kText, "a") + "\x81\x01x" + frame(kText, "b"));
  STRCMP_EQUAL("open text(a) close(1002,)", bench.handler.take().c_str());
}

TEST(session_message, WritesOneLineAtTheEnd) {
  Bench bench;
  bench.open();
  bench.send(frame(kText, "abc") + close_frame(1000, "bye\n"));
  CHECK_EQUAL(2u, bench.log.lines.size());
  const std::string& line = bench.log.lines.back();
  CHECK(line.find("code=1000 (closed by the peer) reason=\"bye\\x0a\"") != line.npos);
  CHECK(line.find("client=192.0.2.7 user=\"ann\"") != line.npos);
  CHECK(line.find("in=1/") != line.npos);
}

TEST(session_message, RefusedByThePluginClosesWith1011AndNoOnClose) {
  Bench bench;
  bench.handler.accept = false;
  bench.open(frame(kText, "early"));
  STRCMP_EQUAL("close(1011,) eof", bench.frames().c_str());
  STRCMP_EQUAL("open", bench.handler.take().c_str());
  CHECK_EQUAL(1u, bench.table.size());
  bench.handler.session = nullptr;
  bench.peer_ends();
  bench.turn();
  CHECK_EQUAL(0u, bench.table.size());
}
