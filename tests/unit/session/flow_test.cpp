// Slow peers: the send queue, its two policies, pauses, the one pending pong.
#include <string>

#include "session_bench.h"
#include "support/client_frames.h"

#include <CppUTest/TestHarness.h>

using namespace ws::session;
using namespace ws::session::test;
using namespace ws::protocol::test;
using ws::protocol::Opcode;

namespace {

constexpr size_t kQueue = 64 * 1024;
const std::string kBlock(16 * 1024, 'x');

SessionLimits small_queue(SlowClient slow_client) {
  SessionLimits limits;
  limits.send_queue = kQueue;
  limits.slow_client = slow_client;
  limits.rates.controls = {};
  return limits;
}

// Sends until the session refuses. Returns how many went in.
int fill(Session& session, Session::SendResult& last) {
  for (int count = 0;; ++count) {
    last = session.send(Opcode::text, kBlock);
    if (last != Session::SendResult::ok || count > 1000) return count;
  }
}

}  // namespace

TEST_GROUP(session_flow){};

TEST(session_flow, AFullQueueClosesWith1013) {
  Bench bench(small_queue(SlowClient::close));
  bench.shrink_buffers();
  bench.open();
  Session::SendResult last{};
  const int count = fill(*bench.handler.session, last);
  CHECK(last == Session::SendResult::full);
  CHECK(bench.handler.session->send(Opcode::text, "x") == Session::SendResult::gone);
  const std::string frames = bench.frames();
  CHECK(frames.ends_with("close(1013,too slow)"));
  CHECK_EQUAL(static_cast<size_t>(count), (frames.size() - 20) / (kBlock.size() + 7));
}

TEST(session_flow, DropKeepsTheSessionAndTellsWhenThereIsRoom) {
  Bench bench(small_queue(SlowClient::drop));
  bench.shrink_buffers();
  bench.open();
  Session::SendResult last{};
  fill(*bench.handler.session, last);
  CHECK(last == Session::SendResult::full);
  STRCMP_EQUAL("open", bench.handler.take().c_str());
  (void)bench.received();
  STRCMP_EQUAL("drain", bench.handler.take().c_str());
  CHECK(bench.handler.session->send(Opcode::text, "again") == Session::SendResult::ok);
  STRCMP_EQUAL("text(again)", bench.frames().c_str());
}

TEST(session_flow, OneMessageLargerThanTheQueueGoesOutAlone) {
  Bench bench(small_queue(SlowClient::drop));
  bench.open();
  const std::string large(4 * kQueue, 'y');
  CHECK(bench.handler.session->send(Opcode::text, large) == Session::SendResult::ok);
  STRCMP_EQUAL(("text(" + large + ")").c_str(), bench.frames().c_str());
}

TEST(session_flow, ReadsNoMoreFromAPeerThatDoesNotRead) {
  Bench bench(small_queue(SlowClient::drop));
  bench.shrink_buffers();
  int handled = 0;
  bench.handler.when_message = [&](Session& s, std::string_view text) {
    ++handled;
    (void)s.send(Opcode::text, text);
  };
  bench.open();
  std::string blocks;
  for (int i = 0; i < 100; ++i) blocks += frame(kText, kBlock);
  std::string_view rest = bench.send(blocks);
  CHECK(!rest.empty());
  CHECK(handled < 20);
  size_t got = 0;
  while (handled < 100) {
    got += bench.received().size();
    rest = bench.send(rest);
  }
  got += bench.received().size();
  CHECK_EQUAL(100 * (kBlock.size() + 4), got);
}

TEST(session_flow, OfManyPingsThatWaitOnlyTheLastIsAnswered) {
  Bench bench(small_queue(SlowClient::drop));
  bench.shrink_buffers();
  bench.open();
  const std::string large(kQueue / 4, 'z');
  (void)bench.handler.session->send(Opcode::text, large);
  std::string pings;
  for (int i = 0; i < 1000; ++i) pings += frame(kPing, std::to_string(i));
  bench.send(pings);
  STRCMP_EQUAL(("text(" + large + ") pong(999)").c_str(), bench.frames().c_str());
}

TEST(session_flow, PauseKeepsMessagesInOrderUntilResume) {
  Bench bench;
  bench.handler.when_message = [](Session& s, std::string_view text) {
    if (text == "stop") s.pause_input();
  };
  bench.open();
  bench.send(frame(kText, "stop") + frame(kText, "a"));
  bench.send(frame(kText, "b"));
  STRCMP_EQUAL("open text(stop)", bench.handler.take().c_str());
  bench.handler.session->resume_input();
  bench.send("");
  STRCMP_EQUAL("text(a) text(b)", bench.handler.take().c_str());
}

TEST(session_flow, APausedSessionIsNotPingedToDeath) {
  Bench bench;
  bench.open();
  bench.handler.session->pause_input();
  bench.pass(120'000);
  CHECK_EQUAL(1u, bench.table.size());
}

TEST(session_flow, SharedFramesGoOutBehindWhatWaits) {
  Bench bench(small_queue(SlowClient::drop));
  bench.shrink_buffers();
  bench.open();
  const std::string large(kQueue / 2, 'z');
  (void)bench.handler.session->send(Opcode::text, large);
  const ws::base::SharedBytes shared(
      {"\x81\x01"
       "1",
       "\x81\x01"
       "2"});
  CHECK(bench.handler.session->send_frames(shared, 2) == Session::SendResult::ok);
  STRCMP_EQUAL(("text(" + large + ") text(1) text(2)").c_str(), bench.frames().c_str());
}
