// What a slow client misses: published messages by age, or all but the newest of each stream.
#include <string>

#include "session_bench.h"
#include "support/client_frames.h"

#include <CppUTest/TestHarness.h>

using namespace ws::session;
using namespace ws::session::test;
using namespace ws::protocol::test;
using ws::base::SharedBytes;
using ws::protocol::Opcode;
using Sent = Session::SendResult;

namespace {

constexpr size_t kQueue = 64 * 1024;
const std::string kBlock(16 * 1024, 'x');

// The server's frame of a short text.
std::string text_frame(std::string_view text) {
  return std::string("\x81") + static_cast<char>(text.size()) + std::string(text);
}

struct Slow {
  explicit Slow(SlowClient policy) : bench(limits(policy)) {
    bench.shrink_buffers();
    bench.open();
    session().send(Opcode::binary, std::string(kQueue / 4, 'b'));
    bench.turn();
  }
  static SessionLimits limits(SlowClient policy) {
    SessionLimits made;
    made.send_queue = kQueue;
    made.slow_client = policy;
    return made;
  }
  Session& session() { return *bench.handler.session; }
  Sent publish(std::string_view text, uint64_t stream = 1) {
    return session().send_frames(SharedBytes(text_frame(text)), 1, stream);
  }
  Sent publish_block(uint64_t stream = 1) {
    return session().send_frames(SharedBytes({std::string_view("\x82\x7e\x40\x00", 4), kBlock}), 1,
                                 stream);
  }
  // Behind the first message, and without what fills the queue.
  std::string rest() {
    std::string words = bench.frames();
    constexpr std::string_view kFirst = "binary(16384)";
    for (size_t at; (at = words.find(kFirst)) != std::string::npos;)
      words.erase(at, kFirst.size() + (at + kFirst.size() < words.size() ? 1 : 0));
    return words;
  }

  Bench bench;
};

}  // namespace

TEST_GROUP(slow_client){};

TEST(slow_client, TheOldestPublishedGoFirst) {
  Slow slow(SlowClient::drop_oldest);
  for (int i = 0; i < 3; ++i) CHECK(slow.publish("early " + std::to_string(i)) == Sent::ok);
  for (int i = 0; i < 10; ++i) CHECK(slow.publish_block() == Sent::ok);
  CHECK(slow.publish("late 1") == Sent::ok);
  CHECK(slow.publish("late 2", 2) == Sent::ok);
  STRCMP_EQUAL("late 1 late 2",
               [&] {
                 std::string words = slow.rest();
                 for (size_t at; (at = words.find("text(")) != std::string::npos;)
                   words.erase(at, 5);
                 for (size_t at; (at = words.find(')')) != std::string::npos;) words.erase(at, 1);
                 while (words.ends_with(' ')) words.pop_back();
                 return words;
               }()
                   .c_str());
  STRCMP_EQUAL("open", slow.bench.handler.take().c_str());
  CHECK_EQUAL(10u, slow.bench.table.dropped_messages());
}

TEST(slow_client, NoneIsDroppedWhileThereIsRoom) {
  Slow slow(SlowClient::drop_oldest);
  for (int i = 0; i < 100; ++i) CHECK(slow.publish(std::to_string(i)) == Sent::ok);
  std::string expected;
  for (int i = 0; i < 100; ++i) expected += (i ? " text(" : "text(") + std::to_string(i) + ")";
  STRCMP_EQUAL(expected.c_str(), slow.rest().c_str());
  CHECK_EQUAL(0u, slow.bench.table.dropped_messages());
}

TEST(slow_client, WhatThePluginSentItselfStaysAndMayFillTheQueue) {
  for (const SlowClient policy : {SlowClient::drop_oldest, SlowClient::latest}) {
    Slow slow(policy);
    CHECK(slow.publish("published") == Sent::ok);
    int direct = 0;
    while (slow.session().send(Opcode::binary, kBlock) == Sent::ok) ++direct;
    CHECK(direct >= 3 && direct <= 5);
    CHECK(slow.publish("too late") == Sent::full);
    CHECK_EQUAL(2u, slow.bench.table.dropped_messages());
    STRCMP_EQUAL("", slow.rest().c_str());
    STRCMP_EQUAL("open drain", slow.bench.handler.take().c_str());
    CHECK(slow.publish("again") == Sent::ok);
    STRCMP_EQUAL("text(again)", slow.bench.frames().c_str());
  }
}

TEST(slow_client, OfEachStreamOnlyTheNewestWaits) {
  Slow slow(SlowClient::latest);
  for (int i = 0; i < 1000; ++i) {
    CHECK(slow.publish("a" + std::to_string(i), 1) == Sent::ok);
    if (i % 10 == 0) CHECK(slow.publish("b" + std::to_string(i), 2) == Sent::ok);
  }
  CHECK(slow.session().send(Opcode::text, "direct") == Sent::ok);
  CHECK(slow.publish("c", 3) == Sent::ok);
  STRCMP_EQUAL("text(b990) text(a999) text(direct) text(c)", slow.rest().c_str());
  CHECK_EQUAL(999u + 99u, slow.bench.table.dropped_messages());
}

TEST(slow_client, OfABatchOnlyTheLastMessageWaits) {
  Slow slow(SlowClient::latest);
  const std::string first = text_frame("one") + text_frame("two");
  CHECK(slow.session().send_frames(SharedBytes(first + text_frame("three")), 3, 1, first.size()) ==
        Sent::ok);
  STRCMP_EQUAL("text(three)", slow.rest().c_str());
  CHECK_EQUAL(2u, slow.bench.table.dropped_messages());
}

TEST(slow_client, WhoKeepsUpGetsAll) {
  Bench bench(Slow::limits(SlowClient::latest));
  bench.open();
  const std::string first = text_frame("one");
  for (int i = 0; i < 3; ++i) {
    bench.handler.session->send_frames(SharedBytes(first + text_frame("two")), 2, 1, first.size());
    STRCMP_EQUAL("text(one) text(two)", bench.frames().c_str());
  }
  CHECK_EQUAL(0u, bench.table.dropped_messages());
}

// The queue's first buffer is on its way: it stays, whatever is dropped behind it.
TEST(slow_client, WhatHasBegunOnTheWireGoesOn) {
  for (const SlowClient policy : {SlowClient::drop_oldest, SlowClient::latest}) {
    Bench bench(Slow::limits(policy));
    bench.shrink_buffers();
    bench.open();
    const std::string header("\x82\x7f\0\0\0\0\0\1\0\0", 10);
    Session& session = *bench.handler.session;
    CHECK(session.send_frames(SharedBytes({header, std::string(65536, 'y')}), 1, 1) == Sent::ok);
    for (int i = 0; i < 50; ++i)
      CHECK(session.send_frames(SharedBytes(text_frame(std::to_string(i)) +
                                            std::string("\x82\x7e\x40\x00", 4) + kBlock),
                                2, 1, 4) == Sent::ok);
    const std::string frames = bench.frames();
    CHECK(frames.starts_with("binary(65536) "));
    CHECK(frames.ends_with("binary(16384)"));
    CHECK(frames.find('?') == std::string::npos);
  }
}

TEST(slow_client, NothingOfStreamZeroIsDropped) {
  Slow slow(SlowClient::latest);
  for (int i = 0; i < 3; ++i) CHECK(slow.publish(std::to_string(i), 0) == Sent::ok);
  STRCMP_EQUAL("text(0) text(1) text(2)", slow.rest().c_str());
}

TEST(slow_client, TheLogTellsHowManyWereMissed) {
  Slow slow(SlowClient::latest);
  for (int i = 0; i < 5; ++i) slow.publish(std::to_string(i));
  slow.bench.handler.session->drop("gone");
  const std::string& line = slow.bench.log.lines.back();
  CHECK(line.ends_with(" out=2/16391 (messages/bytes) dropped 4"));
}

// Its input matters, such as the wish to hear less; and drops are no progress.
TEST(slow_client, IsHeardWhileWhatWaitsMayBeDropped) {
  Slow slow(SlowClient::drop_oldest);
  for (int i = 0; i < 20; ++i) CHECK(slow.publish_block() == Sent::ok);
  slow.bench.handler.take();
  slow.bench.send(frame(kText, "less please"));
  STRCMP_EQUAL("text(less please)", slow.bench.handler.take().c_str());
  for (int i = 0; i < 60; ++i) {
    slow.bench.pass(1000);
    if (slow.bench.handler.session) slow.publish_block();
  }
  slow.bench.pass(1000);
  STRCMP_EQUAL("close(1006,)", slow.bench.handler.take().c_str());
}

TEST(slow_client, ManySmallMessagesAreBoundedByTheirMemory) {
  Slow slow(SlowClient::drop_oldest);
  for (int i = 0; i < 10'000; ++i) CHECK(slow.publish("x") == Sent::ok);
  CHECK_TRUE(slow.bench.loop.waiting_bytes() <= kQueue + 100);
  CHECK_TRUE(slow.session().queued_bytes() < kQueue / 2);
}
