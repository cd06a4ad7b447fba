// The closing handshake in all orders (RFC 6455, section 7).
#include <string>

#include "session_bench.h"
#include "support/client_frames.h"

#include <CppUTest/TestHarness.h>

using namespace ws::session;
using namespace ws::session::test;
using namespace ws::protocol::test;
using ws::protocol::Opcode;

TEST_GROUP(session_close){};

TEST(session_close, EchoesThePeersCodeAndEndsTheConnection) {
  Bench bench;
  bench.open();
  bench.send(close_frame(4001, "bye"));
  STRCMP_EQUAL("close(4001,bye) eof", bench.frames().c_str());
  STRCMP_EQUAL("open close(4001,bye)", bench.handler.take().c_str());
  bench.peer_ends();
  bench.turn();
  CHECK_EQUAL(0u, bench.table.size());
}

TEST(session_close, AnswersAnEmptyCloseWithAnEmptyOne) {
  Bench bench;
  bench.open();
  bench.send(frame(kClose, ""));
  STRCMP_EQUAL("close() eof", bench.frames().c_str());
  STRCMP_EQUAL("open close(1005,)", bench.handler.take().c_str());
}

TEST(session_close, OursWaitsForThePeers) {
  Bench bench;
  bench.open();
  CHECK(bench.handler.session->close(4000, "enough"));
  CHECK_FALSE(bench.handler.session->close(4000, "again"));
  CHECK(bench.handler.session->send(Opcode::text, "x") == Session::SendResult::gone);
  STRCMP_EQUAL("close(4000,enough)", bench.frames().c_str());
  bench.send(frame(kText, "late") + close_frame(4000, "ok"));
  STRCMP_EQUAL("open close(4000,ok)", bench.handler.take().c_str());
  STRCMP_EQUAL("eof", bench.frames().c_str());
}

TEST(session_close, BothAtOnceIsOneEnd) {
  Bench bench;
  bench.handler.when_message = [](Session& s, std::string_view) { (void)s.close(1000, {}); };
  bench.open();
  bench.send(frame(kText, "x") + close_frame(1001));
  STRCMP_EQUAL("close(1000,) eof", bench.frames().c_str());
  STRCMP_EQUAL("open text(x) close(1001,)", bench.handler.take().c_str());
}

TEST(session_close, CutsAPeerThatDoesNotAnswer) {
  Bench bench;
  bench.open();
  (void)bench.handler.session->close(1000, {});
  bench.pass(bench.settings.limits.close_timeout_ms - 100);
  CHECK_EQUAL(1u, bench.table.size());
  bench.pass(200);
  CHECK_EQUAL(0u, bench.table.size());
  STRCMP_EQUAL("open close(1006,)", bench.handler.take().c_str());
}

TEST(session_close, CutsAPeerThatDoesNotEndTheConnection) {
  Bench bench;
  bench.open();
  bench.send(close_frame(1000));
  CHECK_EQUAL(1u, bench.table.size());
  bench.pass(bench.settings.limits.close_timeout_ms + 100);
  CHECK_EQUAL(0u, bench.table.size());
}

TEST(session_close, AVanishedPeerIs1006Once) {
  Bench bench;
  bench.open();
  bench.send(frame(kTextBegin, "half"));
  bench.peer_ends();
  bench.turn();
  bench.turn();
  STRCMP_EQUAL("open close(1006,)", bench.handler.take().c_str());
  CHECK_EQUAL(0u, bench.table.size());
}

TEST(session_close, HalfClosedWithoutCloseIs1006) {
  Bench bench;
  bench.open();
  bench.peer_shuts_down();
  STRCMP_EQUAL("open close(1006,)", bench.handler.take().c_str());
}

TEST(session_close, DataAfterOurCloseIsDroppedUpToABudget) {
  Bench bench;
  bench.open();
  (void)bench.handler.session->close(1000, {});
  const std::string megabyte = frame(kBinary, std::string(1 << 20, 'x'));
  for (int i = 0; i < 3; ++i) bench.send(megabyte);
  CHECK_EQUAL(1u, bench.table.size());
  for (int i = 0; i < 3; ++i) bench.send(megabyte);
  CHECK_EQUAL(0u, bench.table.size());
  STRCMP_EQUAL("open close(1006,)", bench.handler.take().c_str());
}

TEST(session_close, OnOpenMayClose) {
  Bench bench;
  bench.handler.when_opened = [](Session& s) { (void)s.close(4003, "no"); };
  bench.open(close_frame(4003));
  STRCMP_EQUAL("close(4003,no) eof", bench.frames().c_str());
  STRCMP_EQUAL("open close(4003,)", bench.handler.take().c_str());
}
