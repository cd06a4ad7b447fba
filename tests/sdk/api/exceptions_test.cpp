// Exceptions stop in the trampolines, whatever their type: logged, and the session closed with
// 1011. The fake host complains about any that gets out, and a complaint aborts.
#include <stdexcept>

#include "api/plugin_of.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;
using namespace std::chrono_literals;

namespace {

using Raise = std::function<void()>;

struct Kind {
  Raise raise;
  const char* text;
};
const Kind kKinds[] = {
    {[] { throw std::runtime_error("oops"); }, "oops"},
    {[] { throw 42; }, "not a std::exception"},
};

// Where it is thrown, once a client said "go".
struct Place {
  const char* name;
  std::function<void(RoomSession&, Room&, const Raise&)> on_go;
};
const Place kEndingPlaces[] = {
    {"on_message", [](auto&, auto&, const Raise& raise) { raise(); }},
    {"a timer", [](auto& s, auto& room,
                   const Raise& raise) { s.timer = room.timers.after(s.peer(), 1ms, raise); }},
    {"a job",
     [](auto& s, auto& room, const Raise& raise) {
       CHECK(room.work.run(s.peer(), raise, [] { FAIL("the job threw"); }) == wsp::Status::ok);
     }},
    {"what follows a job",
     [](auto& s, auto& room, const Raise& raise) {
       CHECK(room.work.run(
                 s.peer(), [] {}, raise) == wsp::Status::ok);
     }},
    {"a history callback",
     [](auto& s, auto& room, const Raise& raise) {
       room.history.read(s.peer(), "a", {}, [raise](const wsp::HistoryReply&) { raise(); });
     }},
    {"on_drain",
     [](auto& s, auto&, const Raise&) {
       while (s.peer().send("fill") == wsp::Status::ok) continue;
     }},
};

bool logged(const FakeHost& host, const std::string& where, const Kind& kind) {
  return host.logged("exception in " + where + ": " + kind.text);
}

}  // namespace

TEST_GROUP(Exceptions){};

TEST(Exceptions, EndTheSessionAndNoOther) {
  for (const Place& place : kEndingPlaces) {
    for (const Kind& kind : kKinds) {
      Stage stage;
      stage.host.slow_client = SlowClient::drop;
      stage.host.send_queue = 100;
      stage.script.message = [&](RoomSession& s, Room& r, auto) { place.on_go(s, r, kind.raise); };
      stage.script.drain = [&](RoomSession&) { kind.raise(); };
      CHECK(stage.host.create());
      FakeClient& bystander = stage.host.connect();
      FakeClient& client = stage.host.connect();
      client.stop_reading();
      client.send("go");
      stage.host.run_work();
      stage.host.advance(1s);
      client.read();
      CHECK_EQUAL_TEXT(1011, client.close_code(), place.name);
      CHECK_TEXT(logged(stage.host, place.name, kind), place.name);
      CHECK(bystander.is_open());
      CHECK_EQUAL(1, RoomSession::living);
    }
  }
}

TEST(Exceptions, InCloseStillFree) {
  for (const Kind& kind : kKinds) {
    Stage stage;
    stage.script.close = [&](auto&, auto, auto) { kind.raise(); };
    CHECK(stage.host.create());
    stage.host.connect().vanish();
    CHECK_EQUAL(0, RoomSession::living);
    CHECK(logged(stage.host, "on_close", kind));
  }
}

TEST(Exceptions, InOpenEndTheConnection) {
  for (const Kind& kind : kKinds) {
    Stage stage;
    stage.script.open = [&](auto&, auto&, auto&) { kind.raise(); };
    CHECK(stage.host.create());
    FakeClient& client = stage.host.connect();
    CHECK_EQUAL(1011, client.close_code());
    CHECK_EQUAL(0, RoomSession::living);
    CHECK_EQUAL(0U, stage.host.closed());
    CHECK(logged(stage.host, "open", kind));
  }
}

TEST(Exceptions, InTheHandshakeAnswer500) {
  for (const Kind& kind : kKinds) {
    Stage stage;
    stage.script.handshake = [&](auto&, auto&) { kind.raise(); };
    CHECK(stage.host.create());
    CHECK_EQUAL(500, stage.host.connect().handshake().status);
    CHECK(logged(stage.host, "on_handshake", kind));
  }
}

TEST(Exceptions, InTheConstructorFailTheCreation) {
  for (const Kind& kind : kKinds) {
    Stage stage;
    stage.script.create = [&](auto&) { kind.raise(); };
    CHECK(!stage.host.create());
    CHECK_EQUAL(503, stage.host.connect().handshake().status);
    CHECK(logged(stage.host, "create", kind));
  }
}

TEST(Exceptions, InDeliverDropTheMessage) {
  for (const Kind& kind : kKinds) {
    Stage stage;
    stage.script.open = [](RoomSession& s, auto&, auto&) { s.peer().subscribe("a"); };
    stage.script.deliver = [&](wsp::Delivery& d) {
      if (d.payload() == "bad") kind.raise();
    };
    CHECK(stage.host.create());
    FakeClient& client = stage.host.connect();
    stage.host.publish_elsewhere("a", "bad");
    stage.host.publish_elsewhere("a", "good");
    CHECK((client.take_all() == Texts{"good"}));
    CHECK(logged(stage.host, "on_deliver", kind));
  }
}

TEST(Exceptions, ElsewhereAreLogged) {
  for (const Kind& kind : kKinds) {
    Stage stage;
    stage.script.presence = [&](auto&, auto, auto&) { kind.raise(); };
    stage.script.stopping = kind.raise;
    stage.script.open = [](RoomSession& s, Room& room, auto&) {
      room.presence.enter(s.peer(), "a", "ann");
    };
    stage.script.create = [&](Room& room) { room.timer = room.timers.after(1s, kind.raise); };
    CHECK(stage.host.create());
    FakeClient& client = stage.host.connect();
    stage.host.advance(1s);
    stage.host.begin_stop();
    CHECK(client.is_open());
    for (const char* where : {"on_presence", "a timer", "on_stopping"})
      CHECK_TEXT(logged(stage.host, where, kind), where);
  }
}

TEST(Exceptions, TooLongForALineAreCut) {
  Stage stage;
  stage.script.message = [](auto&, auto&, auto) {
    throw std::runtime_error(std::string(9999, 'x'));
  };
  CHECK(stage.host.create());
  stage.host.connect().send("go");
  CHECK_EQUAL(511U, stage.host.log().at(0).text.size());
}
