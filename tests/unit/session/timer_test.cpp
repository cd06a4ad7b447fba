// Pings and the time limits, with a clock moved by hand.
#include <string>

#include "session_bench.h"
#include "support/client_frames.h"

#include <CppUTest/TestHarness.h>

using namespace ws::session;
using namespace ws::session::test;
using namespace ws::protocol::test;
using ws::protocol::Opcode;

TEST_GROUP(session_timer){};

TEST(session_timer, PingsAQuietPeer) {
  Bench bench;
  bench.open();
  bench.pass(24'900);
  STRCMP_EQUAL("", bench.frames().c_str());
  bench.pass(200);
  STRCMP_EQUAL("ping()", bench.frames().c_str());
  bench.send(frame(kPong, ""));
  bench.pass(24'800);
  STRCMP_EQUAL("", bench.frames().c_str());
  bench.pass(300);
  STRCMP_EQUAL("ping()", bench.frames().c_str());
}

TEST(session_timer, AnyInputPutsThePingOff) {
  Bench bench;
  bench.open();
  for (int i = 0; i < 5; ++i) {
    bench.pass(20'000);
    bench.send(frame(kText, "x"));
  }
  STRCMP_EQUAL("", bench.frames().c_str());
}

TEST(session_timer, R31_DropsAPeerThatDoesNotAnswerThePing) {
  Bench bench;
  bench.open();
  bench.pass(25'000 + 9'900);
  CHECK_EQUAL(1u, bench.table.size());
  bench.pass(300);
  CHECK_EQUAL(0u, bench.table.size());
  STRCMP_EQUAL("open close(1006,)", bench.handler.take().c_str());
}

TEST(session_timer, AnyInputAnswersThePing) {
  Bench bench;
  bench.open();
  bench.pass(30'000);
  bench.send(frame(kText, "x"));
  bench.pass(20'000);
  CHECK_EQUAL(1u, bench.table.size());
}

TEST(session_timer, PingOffMeansNone) {
  SessionLimits limits;
  limits.ping_interval_ms = 0;
  Bench bench(limits);
  bench.open();
  bench.pass(600'000);
  STRCMP_EQUAL("", bench.frames().c_str());
  CHECK_EQUAL(1u, bench.table.size());
}

TEST(session_timer, AFrameThatTakesTooLongIs1008) {
  Bench bench;
  bench.open();
  const std::string slow = frame(kText, "0123456789");
  for (size_t i = 0; i < 10; ++i) {
    bench.send(slow.substr(i, 1));
    bench.pass(2'950);
  }
  CHECK_EQUAL(1u, bench.table.size());
  bench.pass(700);
  STRCMP_EQUAL("close(1008,) eof", bench.frames().c_str());
  STRCMP_EQUAL("open close(1008,)", bench.handler.take().c_str());
}

TEST(session_timer, EachFrameHasItsOwnTime) {
  Bench bench;
  bench.open();
  const std::string begin = frame(kTextBegin, "ab");
  const std::string middle = frame(kContinue, "cd");
  bench.send(begin.substr(0, 3));
  bench.pass(20'000);
  bench.send(begin.substr(3) + middle.substr(0, 3));
  bench.pass(20'000);
  bench.send(middle.substr(3));
  bench.pass(15'000);
  bench.send(frame(kContinueEnd, "ef"));
  STRCMP_EQUAL("open text(abcdef)", bench.handler.take().c_str());
}

TEST(session_timer, AMessageThatTakesTooLongIs1008) {
  Bench bench;
  bench.open();
  bench.send(frame(kTextBegin, "a"));
  for (int i = 0; i < 5; ++i) {
    bench.pass(11'000);
    bench.send(frame(kContinue, "b"));
  }
  CHECK_EQUAL(1u, bench.table.size());
  bench.pass(5'200);
  CHECK(bench.frames().find("close(1008,) eof") != std::string::npos);
}

TEST(session_timer, TheNextMessageHasItsOwnTime) {
  Bench bench;
  bench.open();
  for (int i = 0; i < 3; ++i) {
    bench.send(frame(kTextBegin, "a"));
    bench.pass(20'000);
    bench.send(frame(kContinueEnd, "b"));
    bench.pass(20'000);
  }
  STRCMP_EQUAL("open text(ab) text(ab) text(ab)", bench.handler.take().c_str());
}

TEST(session_timer, R31_DropsAPeerThatNeverReads) {
  SessionLimits limits;
  limits.send_queue = 64 * 1024;
  limits.slow_client = SlowClient::drop;
  Bench bench(limits);
  bench.shrink_buffers();
  bench.open();
  for (int i = 0; i < 100; ++i)
    (void)bench.handler.session->send(Opcode::text, std::string(16384, 'x'));
  bench.pass(59'000);
  CHECK_EQUAL(1u, bench.table.size());
  bench.pass(2'000);
  CHECK_EQUAL(0u, bench.table.size());
  STRCMP_EQUAL("open close(1006,)", bench.handler.take().c_str());
}
