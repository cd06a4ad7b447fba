// Plugin::on_gap: subscribers learn that they missed something, and can get it back.
#include <cstddef>
#include <stdexcept>

#include "api/plugin_of.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

TEST_GROUP(Gap) {
  Stage stage;

  void create() {
    stage.script.open = [](RoomSession& s, Room&, auto&) { s.peer().subscribe("a"); };
    stage.script.gap = [](wsp::Delivery& d) {
      CHECK(d.payload().empty());
      d.replace("missed up to " + std::string(d.channel()) + std::to_string(d.position().offset));
    };
    CHECK(stage.host.create());
  }
};

TEST(Gap, IsToldToTheChannelsSubscribers) {
  create();
  FakeClient& ann = stage.host.connect();
  stage.script.open = [](auto&, auto&, auto&) {};
  FakeClient& bob = stage.host.connect();
  stage.host.publish_elsewhere("a", "1");
  stage.host.lose("a", {"2", "3"});
  stage.host.publish_elsewhere("a", "4");
  stage.host.lose("b");
  CHECK((ann.take_all() == Texts{"1", "missed up to a3", "4"}));
  CHECK(bob.received().empty());
}

TEST(Gap, IsFilledFromHistoryByPosition) {
  create();
  const wsp_publish_options keep = {sizeof keep, 10, 0, 0};
  stage.script.message = [](RoomSession& s, Room& room, auto) {
    room.history.read(s.peer(), "a", {.since = wsp::Position{7, 1}},
                      [&s](const wsp::HistoryReply& reply) {
                        CHECK(reply.recovered());
                        for (const wsp::HistoryMessage m : reply) s.peer().send(m.payload());
                      });
  };
  FakeClient& ann = stage.host.connect();
  stage.host.publish_elsewhere("a", "1", WSP_TEXT, &keep);
  stage.host.lose("a", {"2", "3"}, &keep);
  ann.send("again");
  CHECK((ann.take_all() == Texts{"1", "missed up to a3", "2", "3"}));
}

TEST(Gap, OfAPluginThatSaysNothingIsNotSeen) {
  create();
  FakeClient& ann = stage.host.connect();
  stage.script.gap = [](auto&) {};
  stage.host.lose("a", {"1"});
  stage.script.gap = [](auto&) { throw std::runtime_error("oops"); };
  stage.host.lose("a", {"2"});
  CHECK(ann.received().empty());
  CHECK(ann.is_open());
  CHECK(stage.host.logged("exception in on_gap: oops"));
}

TEST(Gap, IsNotToldByAnOlderHost) {
  stage.host.shorten_extension(WSP_HISTORY_1, offsetof(wsp_history_1, listen_for_gaps));
  stage.script.create = [](Room& room) {
    CHECK(bool(room.history));
    CHECK(room.history.listen_for_gaps(nullptr, nullptr) == wsp::Status::unsupported);
  };
  create();
  FakeClient& ann = stage.host.connect();
  stage.host.lose("a", {"1"});
  stage.host.publish_elsewhere("a", "2");
  CHECK((ann.take_all() == Texts{"2"}));
}
