// Rates of a session: messages, control frames, bytes; a session that we pause is not punished.
#include <string>

#include "session_bench.h"
#include "support/client_frames.h"

#include <CppUTest/TestHarness.h>

using namespace ws::session;
using namespace ws::session::test;
using namespace ws::protocol::test;

namespace {

std::string repeated(std::string_view bytes, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += bytes;
  return all;
}

SessionLimits with_messages(Rate rate) {
  SessionLimits limits;
  limits.rates.messages = rate;
  return limits;
}

SessionLimits with_controls(Rate rate) {
  SessionLimits limits;
  limits.rates.controls = rate;
  return limits;
}

SessionLimits with_bytes(Rate rate, bool close = false) {
  SessionLimits limits;
  limits.rates.bytes = rate;
  limits.rates.too_many_bytes_close = close;
  return limits;
}

bool is_logged(const Bench& bench, std::string_view cause) {
  for (const std::string& line : bench.log.lines)
    if (line.find(cause) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_GROUP(session_rates){};

TEST(session_rates, TheBurstOfMessagesIsHandledAndOneMoreIs1008) {
  Bench bench(with_messages({10, 5}));
  bench.open();
  bench.send(repeated(frame(kText, "a"), 5));
  STRCMP_EQUAL("open text(a) text(a) text(a) text(a) text(a)", bench.handler.take().c_str());
  bench.send(frame(kText, "b") + frame(kText, "c"));
  STRCMP_EQUAL("close(1008,)", bench.handler.take().c_str());
  STRCMP_EQUAL("close(1008,) eof", bench.frames().c_str());
  CHECK_TRUE(is_logged(bench, "code=1008 (too many messages)"));
}

TEST(session_rates, MessagesAtTheirRateGoOnForEver) {
  Bench bench(with_messages({10, 5}));
  bench.open();
  bench.send(repeated(frame(kText, "a"), 5));
  for (int i = 0; i < 100; ++i) {
    bench.pass(100);
    bench.send(frame(kText, "a"));
  }
  CHECK_EQUAL(1u, bench.table.size());
  bench.send(frame(kText, "a"));
  CHECK_TRUE(is_logged(bench, "too many messages"));
}

TEST(session_rates, FragmentsAndControlFramesAreNoMessages) {
  Bench bench(with_messages({1, 1}));
  bench.open();
  bench.send(frame(kTextBegin, "a") + repeated(frame(kContinue, "b") + frame(kPing, ""), 50) +
             frame(kContinueEnd, "c"));
  CHECK_EQUAL(1u, bench.table.size());
  bench.send(frame(kText, ""));
  CHECK_TRUE(is_logged(bench, "too many messages"));
}

TEST(session_rates, PingsAndPongsCountTogether) {
  Bench bench(with_controls({10, 4}));
  bench.open();
  bench.send(repeated(frame(kPing, "a") + frame(kPong, "b"), 2));
  STRCMP_EQUAL("pong(a) pong(a)", bench.frames().c_str());
  bench.pass(50);
  bench.send(frame(kPong, ""));
  STRCMP_EQUAL("close(1008,) eof", bench.frames().c_str());
  CHECK_TRUE(is_logged(bench, "code=1008 (too many pings and pongs)"));
}

TEST(session_rates, AnswersToOurPingsNeverCount) {
  SessionLimits limits = with_controls({1, 1});
  limits.ping_interval_ms = 100;
  Bench bench(limits);
  bench.open();
  for (int i = 0; i < 200; ++i) {
    bench.pass(200);
    STRCMP_EQUAL("ping()", bench.frames().c_str());
    bench.send(frame(kPong, ""));
  }
  bench.send(frame(kPong, "") + frame(kPong, ""));
  STRCMP_EQUAL("close(1008,) eof", bench.frames().c_str());
}

TEST(session_rates, ALateAnswerToAPingIsStillAnAnswer) {
  SessionLimits limits = with_controls({1, 1});
  limits.ping_interval_ms = 100;
  Bench bench(limits);
  bench.open();
  for (int i = 0; i < 20; ++i) {
    bench.pass(200);
    bench.send(frame(kText, ""));
  }
  bench.send(repeated(frame(kPong, ""), 20));
  CHECK_EQUAL(1u, bench.table.size());
}

TEST(session_rates, BytesBeyondTheBurstWaitForCredit) {
  Bench bench(with_bytes({1000, 1000}));
  bench.open();
  const std::string big = frame(kBinary, std::string(1992, 'x'));  // 2000 with its header
  bench.send(big);
  STRCMP_EQUAL("open binary(1992)", bench.handler.take().c_str());
  bench.send(frame(kText, "a"));
  bench.pass(900);
  STRCMP_EQUAL("", bench.handler.take().c_str());
  bench.pass(200);
  STRCMP_EQUAL("text(a)", bench.handler.take().c_str());
}

TEST(session_rates, BytesWithinTheBurstDoNotWait) {
  Bench bench(with_bytes({1000, 2000}));
  bench.open();
  bench.send(frame(kBinary, std::string(1992, 'x')));
  bench.pass(7);
  bench.send(frame(kText, "a"));
  STRCMP_EQUAL("open binary(1992) text(a)", bench.handler.take().c_str());
}

TEST(session_rates, BytesBeyondTheBurstCloseWhereTheyShall) {
  Bench bench(with_bytes({1000, 2000}, true));
  bench.open();
  bench.send(frame(kBinary, std::string(1992, 'x')));
  CHECK_EQUAL(1u, bench.table.size());
  bench.send("\x81");
  STRCMP_EQUAL("close(1008,) eof", bench.frames().c_str());
  CHECK_TRUE(is_logged(bench, "code=1008 (too many bytes)"));
}

// Three minutes for one message and ten seconds for what the timeouts are shorter than.
TEST(session_rates, WhoWaitsForCreditIsNotTooSlow) {
  SessionLimits limits = with_bytes({1000, 1000});
  limits.ping_interval_ms = 1000;
  limits.pong_timeout_ms = 1000;
  limits.frame_timeout_ms = 2000;
  limits.message_timeout_ms = 3000;
  Bench bench(limits);
  bench.open();
  const std::string begin = frame(kBinaryBegin, std::string(30'000, 'x'));
  bench.send(begin + frame(kContinue, "y").substr(0, 3));
  bench.pass(28'000);
  STRCMP_EQUAL("", bench.frames().c_str());
  CHECK_EQUAL(1u, bench.table.size());
  bench.pass(1'500);
  bench.send(frame(kContinue, "y").substr(3) + frame(kContinueEnd, "z"));
  STRCMP_EQUAL("open binary(30002)", bench.handler.take().c_str());
}

TEST(session_rates, AfterTheWaitTheClocksGoOn) {
  SessionLimits limits = with_bytes({1000, 1000});
  limits.frame_timeout_ms = 2000;
  Bench bench(limits);
  bench.open();
  bench.send(frame(kBinary, std::string(30'000, 'x')).substr(0, 11'000));
  bench.pass(11'500);
  CHECK_EQUAL(1u, bench.table.size());
  bench.pass(1'000);
  STRCMP_EQUAL("close(1008,) eof", bench.frames().c_str());
}

TEST(session_rates, ASessionThatWaitsForCreditCanBeClosed) {
  Bench bench(with_bytes({1000, 1000}));
  bench.open();
  bench.send(frame(kBinary, std::string(60'000, 'x')));
  CHECK_TRUE(bench.handler.session->close(4000, "enough"));
  bench.send(close_frame(4000));
  STRCMP_EQUAL("close(4000,enough) eof", bench.frames().c_str());
  STRCMP_EQUAL("open binary(60000) close(4000,)", bench.handler.take().c_str());
}

TEST(session_rates, ThePluginsPauseAndTheCreditsAreBothWaitedFor) {
  Bench bench(with_bytes({1000, 1000}));
  bench.open();
  bench.handler.session->pause_input();
  bench.handler.session->resume_input();
  bench.send(frame(kBinary, std::string(5'992, 'x')));
  bench.handler.session->pause_input();
  bench.send(frame(kText, "a"));
  bench.handler.session->resume_input();
  bench.pass(3'000);
  STRCMP_EQUAL("open binary(5992)", bench.handler.take().c_str());
  bench.handler.session->pause_input();
  bench.pass(3'000);
  STRCMP_EQUAL("", bench.handler.take().c_str());
  bench.handler.session->resume_input();
  bench.send("");
  STRCMP_EQUAL("text(a)", bench.handler.take().c_str());
}
