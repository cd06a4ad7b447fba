// Each subscriber gets each message once, in order, and nothing else.
#include "channel/fan_out.h"

#include <sys/socket.h>

#include <string>

#include "hall.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using namespace ws::channel::test;

namespace {

void check(std::string_view expected, const std::string& actual) {
  STRCMP_EQUAL(std::string(expected).c_str(), actual.c_str());
}

}  // namespace

TEST_GROUP(fan_out) { Hall hall; };

TEST(fan_out, BringsAMessageToAllSubscribersOfItsChannel) {
  Guest& ann = hall.guest();
  Guest& bob = hall.guest();
  Guest& eve = hall.guest();
  ann.subscribe("room");
  bob.subscribe("room");
  eve.subscribe("other");
  hall.publish("room", "hello");
  check("", ann.got());
  hall.turn();
  check("text(hello)", ann.got());
  check("text(hello)", bob.got());
  check("", eve.got());
  CHECK_EQUAL(1, hall.shaper.calls);
}

TEST(fan_out, MessagesOfOneTurnKeepTheirOrder) {
  Guest& ann = hall.guest();
  ann.subscribe("room");
  hall.publish("room", "1");
  hall.publish("room", "2");
  hall.publish("room", "3");
  hall.turn();
  hall.publish("room", "4");
  hall.turn();
  check("text(1) text(2) text(3) text(4)", ann.got());
}

TEST(fan_out, ASessionInSeveralChannelsGetsAll) {
  Guest& ann = hall.guest();
  ann.subscribe("a");
  ann.subscribe("b");
  hall.publish("a", "a1");
  hall.publish("b", "b1");
  hall.turn();
  const std::string got = ann.got();
  CHECK_TRUE(got == "text(a1) text(b1)" || got == "text(b1) text(a1)");
}

TEST(fan_out, LeavesOutTheExceptedWithoutHarmToOthers) {
  Guest& ann = hall.guest();
  Guest& bob = hall.guest();
  Guest& eve = hall.guest();
  for (Guest* guest : {&ann, &bob, &eve}) guest->subscribe("room");
  hall.publish("room", "1", ann.session->id());
  hall.publish("room", "2");
  hall.publish("room", "3", bob.session->id());
  hall.publish("room", "4", ann.session->id());
  hall.turn();
  check("text(2) text(3)", ann.got());
  check("text(1) text(2) text(4)", bob.got());
  check("text(1) text(2) text(3) text(4)", eve.got());
}

TEST(fan_out, ANewcomerMissesWhatWasBefore) {
  Guest& ann = hall.guest();
  Guest& bob = hall.guest();
  ann.subscribe("room");
  hall.publish("room", "1");
  bob.subscribe("room");
  hall.publish("room", "2");
  hall.turn();
  check("text(1) text(2)", ann.got());
  check("text(2)", bob.got());
}

TEST(fan_out, SubscribingTwiceIsOnce) {
  Guest& ann = hall.guest();
  ann.subscribe("room");
  hall.publish("room", "1");
  ann.subscribe("room");
  hall.turn();
  check("text(1)", ann.got());
  ann.unsubscribe("room");
  ann.unsubscribe("room");
  ann.unsubscribe("never");
  hall.publish("room", "2");
  hall.turn();
  check("", ann.got());
}

TEST(fan_out, WhoUnsubscribedGetsNothingMore) {
  Guest& ann = hall.guest();
  Guest& bob = hall.guest();
  ann.subscribe("room");
  bob.subscribe("room");
  hall.publish("room", "1");
  ann.unsubscribe("room");
  hall.turn();
  check("", ann.got());
  check("text(1)", bob.got());
}

TEST(fan_out, WhoComesBackInTheSameTurnMissesWhatWasBetween) {
  Guest& ann = hall.guest();
  ann.subscribe("room");
  hall.publish("room", "1");
  ann.unsubscribe("room");
  hall.publish("room", "2");
  ann.subscribe("room");
  hall.publish("room", "3");
  hall.turn();
  check("text(3)", ann.got());
}

TEST(fan_out, AnEndedSessionHarmsNobody) {
  Guest& ann = hall.guest();
  Guest& bob = hall.guest();
  Guest& eve = hall.guest();
  for (Guest* guest : {&ann, &bob, &eve}) guest->subscribe("room");
  hall.publish("room", "1");
  ann.session->drop("gone");
  hall.turn();
  bob.vanish();
  hall.publish("room", "2");
  hall.turn();
  check("text(1) text(2)", eve.got());
}

TEST(fan_out, AClosingSessionGetsNothingMore) {
  Guest& ann = hall.guest();
  ann.subscribe("room");
  CHECK_TRUE(ann.session->close(1000, {}));
  hall.publish("room", "1");
  hall.turn();
  check("close(1000,)", ann.got());
}

TEST(fan_out, ChannelsEndWithTheirLastSubscriber) {
  Guest& ann = hall.guest();
  Guest& bob = hall.guest();
  for (int i = 0; i < 100; ++i) {
    ann.subscribe("room" + std::to_string(i));
    bob.subscribe("room" + std::to_string(i));
  }
  hall.turn();
  CHECK_EQUAL(100u, hall.fan_out.channel_count());
  ann.vanish();
  CHECK_EQUAL(100u, hall.fan_out.channel_count());
  for (int i = 0; i < 100; ++i) bob.unsubscribe("room" + std::to_string(i));
  hall.turn();
  CHECK_EQUAL(0u, hall.fan_out.channel_count());
  bob.subscribe("room0");
  hall.publish("room0", "again");
  hall.turn();
  check("text(again)", bob.got());
}

TEST(fan_out, EachShaperIsAskedOncePerMessage) {
  TestShaper first("A");
  TestShaper second("B");
  TestShaper third("C");
  Guest& a1 = hall.guest(first);
  Guest& a2 = hall.guest(first);
  Guest& b = hall.guest(second);
  Guest& c = hall.guest(third);
  for (Guest* guest : {&a1, &a2, &b}) guest->subscribe("room");
  c.subscribe("other");
  hall.publish("room", "x");
  hall.publish("room", "y");
  hall.turn();
  check("text(A:x) text(A:y)", a1.got());
  check("text(A:x) text(A:y)", a2.got());
  check("text(B:x) text(B:y)", b.got());
  CHECK_EQUAL(2, first.calls);
  CHECK_EQUAL(2, second.calls);
  CHECK_EQUAL(0, third.calls);
}

TEST(fan_out, AShaperMayDrop) {
  TestShaper silent;
  silent.drops = true;
  Guest& ann = hall.guest(silent);
  Guest& bob = hall.guest();
  ann.subscribe("room");
  bob.subscribe("room");
  hall.publish("room", "x");
  hall.turn();
  check("", ann.got());
  check("text(x)", bob.got());
}

TEST(fan_out, AShaperMayPublishSubscribeAndUnsubscribe) {
  TestShaper busy;
  Guest& ann = hall.guest(busy);
  Guest& bob = hall.guest(busy);
  Guest& eve = hall.guest();
  ann.subscribe("room");
  bob.subscribe("room");
  busy.when_called = [&](const Event& event) {
    if (event.payload.view() != "first") return;
    hall.publish("room", "second");
    bob.unsubscribe("room");
    eve.subscribe("room");
    eve.subscribe("fresh");
  };
  hall.publish("room", "first");
  hall.turn();
  check("text(first) text(second)", ann.got());
  check("", bob.got());
  // It came after the first message was made, and after the second too.
  check("", eve.got());
  hall.publish("room", "third");
  hall.turn();
  check("text(third)", ann.got());
  check("text(third)", eve.got());
}

TEST(fan_out, TheLastSubscriberMayLeaveWhileTheMessageIsShaped) {
  TestShaper busy;
  Guest& ann = hall.guest(busy);
  ann.subscribe("room");
  busy.when_called = [&](const Event&) { ann.unsubscribe("room"); };
  hall.publish("room", "x");
  hall.turn();
  check("", ann.got());
  CHECK_EQUAL(0u, hall.fan_out.channel_count());
}

TEST(fan_out, WhatIsPublishedAfterTheTurnsEndDoesNotWaitForAnEvent) {
  // A shaper runs in the turn's end: what it publishes needs another turn, without any event.
  TestShaper busy;
  Guest& ann = hall.guest(busy);
  ann.subscribe("room");
  int left = 3;
  busy.when_called = [&](const Event&) {
    if (left-- > 0) hall.publish("room", "again");
  };
  hall.publish("room", "first");
  hall.loop.run_once(0);
  hall.loop.run_once(10'000);
  hall.loop.run_once(10'000);
  hall.loop.run_once(10'000);
  check("text(first) text(again) text(again) text(again)", ann.got());
}

TEST(fan_out, LargeMessagesAreBatchesOfTheirOwn) {
  Guest& ann = hall.guest();
  const int size = 4 << 20;
  ::setsockopt(ann.peer.fd(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  ann.subscribe("room");
  const std::string big(Batch::kFull + 1000, 'x');
  hall.publish("room", "a");
  hall.publish("room", big);
  hall.publish("room", "b");
  std::string got;
  for (int i = 0; i < 20; ++i) {
    hall.turn();
    const std::string more = ann.got();
    if (!more.empty()) got += (got.empty() ? "" : " ") + more;
  }
  check("text(a) text(" + big + ") text(b)", got);
}

TEST(fan_out, ASlowSubscriberIsClosedAndOthersAreServed) {
  hall.settings.limits.send_queue = 10'000;
  Guest& slow = hall.guest();
  Guest& good = hall.guest();
  slow.subscribe("room");
  good.subscribe("room");
  const std::string payload(50'000, 'p');
  int received = 0;
  for (int i = 0; i < 40; ++i) {
    hall.publish("room", payload);
    hall.turn();
    for (int k = 0; k < 20 && received <= i; ++k) {
      if (good.got() == "text(" + payload + ")") ++received;
      hall.turn();
    }
  }
  CHECK_EQUAL(40, received);
  CHECK_FALSE(slow.session && slow.session->is_open());
}

TEST(fan_out, R47_ALargeAudienceIsServedInSlices) {
  hall.loop.set_slice_ns(0);
  constexpr size_t kGuests = 100;
  for (size_t i = 0; i < kGuests; ++i) hall.guest().subscribe("room");
  hall.publish("room", "1");
  const auto served = [&] {
    size_t count = 0;
    for (Guest& guest : hall.guests) count += guest.got().empty() ? 0 : 1;
    return count;
  };
  // The loop comes back by itself, without an event, and does other work between.
  size_t total = 0;
  int turns = 0;
  while (total < kGuests) {
    hall.loop.run_once(10'000);
    const size_t more = served();
    CHECK_TRUE(more > 0 && more <= 40);
    total += more;
    ++turns;
  }
  CHECK_TRUE(turns >= 3);
  CHECK_TRUE(hall.fan_out.is_idle());
}

TEST(fan_out, ChangesBetweenSlicesLoseAndRepeatNothing) {
  hall.loop.set_slice_ns(0);
  constexpr size_t kGuests = 100;
  for (size_t i = 0; i < kGuests; ++i) hall.guest().subscribe("room");
  hall.publish("room", "1");
  hall.loop.run_once(0);
  // 32 have it. The first and the last leave, one that has it and one that has not.
  for (const size_t leaving : {size_t{0}, size_t{31}, size_t{32}, size_t{99}})
    hall.guests[leaving].unsubscribe("room");
  Guest& newcomer = hall.guest();
  newcomer.subscribe("room");
  hall.publish("room", "2");
  while (!hall.fan_out.is_idle()) hall.loop.run_once(0);
  for (size_t i = 0; i < kGuests; ++i) {
    const char* const expected = i == 0 || i == 31    ? "text(1)"
                                 : i == 32 || i == 99 ? ""
                                                      : "text(1) text(2)";
    check(expected, hall.guests[i].got());
  }
  check("text(2)", newcomer.got());
}
