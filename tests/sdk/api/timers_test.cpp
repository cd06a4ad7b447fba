// wsp::Timers and wsp::Timer: when they call, who owns what, and that a callback may end its own
// timer.
#include "api/plugin_of.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;
using namespace std::chrono_literals;

TEST_GROUP(Timers) {
  Stage stage;
  int calls = 0;

  // A client whose message starts what `start` says.
  FakeClient& client_with(std::function<void(RoomSession&, Room&)> start) {
    stage.script.message = [start](RoomSession& s, Room& room, auto) { start(s, room); };
    CHECK(stage.host.create());
    FakeClient& client = stage.host.connect();
    client.send("go");
    return client;
  }
};

TEST(Timers, CallOnceAfterTheirDelay) {
  client_with([&](auto& s, auto& room) {
    s.timer = room.timers.after(s.peer(), 100ms, [&] { ++calls; });
    CHECK(static_cast<bool>(s.timer));
  });
  stage.host.advance(99ms);
  CHECK_EQUAL(0, calls);
  stage.host.advance(1ms);
  CHECK_EQUAL(1, calls);
  stage.host.advance(1s);
  CHECK_EQUAL(1, calls);
}

TEST(Timers, CallEachPeriod) {
  client_with(
      [&](auto& s, auto& room) { s.timer = room.timers.every(s.peer(), 100ms, [&] { ++calls; }); });
  stage.host.advance(1s);
  CHECK_EQUAL(10, calls);
}

TEST(Timers, EndWithTheirOwner) {
  FakeClient& client = client_with(
      [&](auto& s, auto& room) { s.timer = room.timers.every(s.peer(), 100ms, [&] { ++calls; }); });
  CHECK_EQUAL(1U, stage.host.timer_count());
  client.vanish();
  stage.host.advance(1s);
  CHECK_EQUAL(0, calls);
  CHECK_EQUAL(0U, stage.host.timer_count());
}

TEST(Timers, StopWhenTheyAreReplacedOrStopped) {
  client_with([&](auto& s, auto& room) {
    s.timer = room.timers.after(s.peer(), 100ms, [&] { calls += 100; });
    s.timer = room.timers.after(s.peer(), 100ms, [&] { calls += 1; });
    wsp::Timer other = room.timers.after(s.peer(), 100ms, [&] { calls += 1000; });
    wsp::Timer moved = std::move(other);
    moved.stop();
    moved.stop();
    CHECK(!moved);
  });
  stage.host.advance(1s);
  CHECK_EQUAL(1, calls);
}

TEST(Timers, MayStopThemselves) {
  client_with([&](auto& s, auto& room) {
    s.timer = room.timers.every(s.peer(), 100ms, [&, p = &s, kept = std::string(100, 'x')] {
      if (++calls == 3) p->timer.stop();
      CHECK_EQUAL(100U, kept.size());  // the callback outlives its Timer until it returns
    });
  });
  stage.host.advance(1s);
  CHECK_EQUAL(3, calls);
}

TEST(Timers, MayStartTheirSuccessor) {
  std::function<void(RoomSession&, Room&)> start = [&](RoomSession& s, Room& room) {
    s.timer = room.timers.after(s.peer(), 100ms, [&] {
      if (++calls < 5) start(s, room);
    });
  };
  client_with(start);
  stage.host.advance(1s);
  CHECK_EQUAL(5, calls);
}

TEST(Timers, OfThePluginEndBeforeIt) {
  stage.script.create = [&](Room& room) { room.timer = room.timers.every(1s, [&] { ++calls; }); };
  CHECK(stage.host.create());
  stage.host.advance(3s);
  CHECK_EQUAL(3, calls);
  stage.host.destroy();
  CHECK_EQUAL(0U, stage.host.timer_count());
}

TEST(Timers, AreEmptyForAGoneSessionOrWithoutTheExtension) {
  stage.script.close = [&](RoomSession& s, auto, auto) {
    CHECK(!wsp::Timers(s.peer().host()).after(s.peer(), 1ms, [&] { ++calls; }));
  };
  CHECK(stage.host.create());
  stage.host.connect().close();
  Stage other;
  other.script.create = [&](Room& room) {
    CHECK(!room.timers);
    CHECK(!room.timers.after(1ms, [&] { ++calls; }));
  };
  other.host.remove_extension(WSP_TIMER_1);
  CHECK(other.host.create());
  other.host.advance(1s);
  CHECK_EQUAL(0, calls);
  other.host.destroy();
  Room::script = &stage.script;
}

TEST(Timers, HaveDelaysWithinTheirBounds) {
  CHECK_EQUAL(0U, wsp::detail::to_delay(-1ms));
  CHECK_EQUAL(UINT32_MAX, wsp::detail::to_delay(std::chrono::hours(24 * 365)));
}
