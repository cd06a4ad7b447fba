// wsp::History: publishing what is kept, subscribing with what was kept.
#include <memory>
#include <optional>

#include "api/plugin_of.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;
using namespace std::chrono_literals;

TEST_GROUP(History) {
  Stage stage;
  std::shared_ptr<int> token = std::make_shared<int>(0);
  wsp::HistoryQuery query = {};
  int replies = 0;

  // Clients that subscribe with `query` as they open and send the reply's messages to the client.
  void create() {
    stage.script.open = [this](RoomSession& s, Room& room, auto&) {
      const auto status = room.history.subscribe(
          s.peer(), "a", query, [this, &s, t = token](const wsp::HistoryReply& reply) {
            ++replies;
            if (!reply) return void(s.peer().send(to_string(reply.status())));
            CHECK_EQUAL(reply.empty(), reply.begin() == reply.end());
            for (const wsp::HistoryMessage m : reply)
              s.peer().send(std::to_string(m.position().offset) + ":" + std::string(m.payload()));
            s.peer().send(std::to_string(reply.size()) + (reply.recovered() ? " recovered" : "") +
                          " at " + std::to_string(reply.position().offset));
          });
      CHECK(status == wsp::Status::ok);
    };
    stage.script.message = [](RoomSession& s, Room& room, std::string_view text) {
      const wsp::Keep keep = {.count = 3, .age = 1h, .except = s.peer().id()};
      CHECK(room.history.publish("a", text, keep) == wsp::Status::ok);
    };
    CHECK(stage.host.create());
  }
};

TEST(History, ComesBeforeWhatIsLive) {
  create();
  FakeClient& ann = stage.host.connect();
  for (const char* text : {"1", "2", "3", "4"}) ann.send(text);
  CHECK((ann.take_all() == Texts{"0 at 0"}));  // and nothing of its own
  FakeClient& bob = stage.host.connect();
  ann.send("5");
  CHECK((bob.take_all() == Texts{"2:2", "3:3", "4:4", "3 at 4", "5"}));
  stage.host.late_history = true;
  FakeClient& eve = stage.host.connect();
  ann.send("6");
  CHECK(eve.received().empty());
  stage.host.answer_history();
  CHECK((eve.take_all() == Texts{"3:3", "4:4", "5:5", "3 at 5", "6"}));
}

TEST(History, RecoversSinceAPosition) {
  create();
  FakeClient& ann = stage.host.connect();
  for (const char* text : {"1", "2", "3", "4"}) ann.send(text);
  query.since = wsp::Position{7, 2};
  CHECK((stage.host.connect().take_all() == Texts{"3:3", "4:4", "2 recovered at 4"}));
  query.limit = 1;
  CHECK((stage.host.connect().take_all() == Texts{"4:4", "1 at 4"}));
  query = {.since = wsp::Position{7, 0}};
  CHECK((stage.host.connect().take_all() == Texts{"2:2", "3:3", "4:4", "3 at 4"}));
  query = {.since = wsp::Position{6, 4}};
  CHECK((stage.host.connect().take_all() == Texts{"2:2", "3:3", "4:4", "3 at 4"}));
  query = {.since = wsp::Position{7, 4}};
  CHECK((stage.host.connect().take_all() == Texts{"0 recovered at 4"}));
  stage.host.advance(2h);
  query = {};
  CHECK((stage.host.connect().take_all() == Texts{"0 at 4"}));
}

TEST(History, RepliesAndFreesExactlyOnce) {
  create();
  stage.host.connect();
  CHECK_EQUAL(1, replies);
  stage.host.late_history = true;
  stage.host.connect();
  CHECK_EQUAL(1, replies);
  CHECK_EQUAL(2, token.use_count());
  stage.host.answer_history();
  CHECK_EQUAL(2, replies);
  CHECK_EQUAL(1, token.use_count());
}

TEST(History, ThatFailsSaysWhy) {
  create();
  stage.host.history_status = WSP_E_FAILED;
  CHECK((stage.host.connect().take_all() == Texts{"failed"}));
  CHECK_EQUAL(1, token.use_count());
}

TEST(History, ThatIsRefusedFreesItsCallback) {
  stage.script.close = [this](RoomSession& s, auto, auto) {
    const wsp::History history(s.peer().host());
    const auto status = history.read(s.peer(), "a", {}, [t = token](const auto&) { FAIL("gone"); });
    CHECK(status == wsp::Status::gone);
  };
  CHECK(stage.host.create());
  stage.host.connect().close();
  CHECK_EQUAL(1, token.use_count());
}

TEST(History, OfAnEndingSessionIsGone) {
  stage.host.late_history = true;
  std::optional<wsp::Status> seen;
  stage.script.message = [&](RoomSession& s, Room& room, auto) {
    room.history.read(s.peer(), "a", {}, [&](const wsp::HistoryReply& reply) {
      CHECK(reply.empty());
      CHECK(!reply.recovered());
      seen = reply.status();
    });
  };
  stage.script.close = [&](auto&, auto, auto) { CHECK(seen.has_value()); };
  CHECK(stage.host.create());
  FakeClient& client = stage.host.connect();
  client.send("go");
  CHECK(!seen.has_value());
  client.vanish();
  CHECK(seen == wsp::Status::gone);
}

TEST(History, IsUnsupportedWithoutTheExtension) {
  stage.host.remove_extension(WSP_HISTORY_1);
  stage.script.message = [&](RoomSession& s, Room& room, auto) {
    CHECK(!room.history);
    CHECK(room.history.publish("a", "x", {}) == wsp::Status::unsupported);
    CHECK(room.history.read(s.peer(), "a", {}, [t = token](const auto&) {}) ==
          wsp::Status::unsupported);
  };
  CHECK(stage.host.create());
  stage.host.connect().send("go");
  CHECK_EQUAL(1, token.use_count());
}
