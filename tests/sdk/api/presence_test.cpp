// wsp::Presence and Plugin::on_presence.
#include <cstddef>
#include <stdexcept>

#include "api/plugin_of.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

TEST_GROUP(Presence) {
  Stage stage;

  void create() {
    stage.script.open = [](RoomSession& s, Room& room, const wsp::Request& r) {
      s.peer().subscribe("a");
      CHECK(room.presence.enter(s.peer(), "a", r.user(), r.query()) == wsp::Status::ok);
    };
    stage.script.presence = [](const wsp::Member& m, bool joined, wsp::Delivery& d) {
      CHECK(d.channel() == "a");
      CHECK(d.payload().empty());
      CHECK_EQUAL(joined ? 1U : 0U, m.session_count());
      if (m.key() != "silent")
        d.replace(std::string(joined ? "+" : "-").append(m.key()).append(m.info()));
    };
    stage.script.message = [](RoomSession& s, Room& room, std::string_view text) {
      if (text == "leave") room.presence.leave(s.peer(), "a");
      if (text == "list")
        room.presence.list("a", [&](const wsp::Member& m) {
          s.peer().send(std::string(m.key()) + std::to_string(m.session_count()));
        });
    };
    CHECK(stage.host.create());
  }
};

TEST(Presence, TellsWhoJoinsAndLeaves) {
  create();
  FakeClient& ann = stage.host.connect({.query = "1", .user = "ann"});
  FakeClient& bob = stage.host.connect({.query = "2", .user = "bob"});
  CHECK((ann.take_all() == Texts{"+ann1", "+bob2"}));
  FakeClient& bob_again = stage.host.connect({.query = "3", .user = "bob"});
  bob.vanish();
  CHECK(ann.received().empty());
  bob_again.send("leave");
  CHECK((ann.take_all() == Texts{"-bob3"}));
  stage.host.connect({.user = "silent"});
  stage.host.enter_elsewhere("a", "eve");
  stage.host.leave_elsewhere("a", "eve");
  CHECK((ann.take_all() == Texts{"+eve", "-eve"}));
}

TEST(Presence, ListsMembersInOrder) {
  create();
  for (const char* user : {"bob", "ann", "bob"}) stage.host.connect({.user = user});
  stage.host.enter_elsewhere("a", "eve");
  FakeClient& last = stage.host.connect({.user = "silent"});
  last.take_all();
  last.send("list");
  CHECK((last.take_all() == Texts{"ann1", "bob2", "eve1", "silent1"}));
}

TEST(Presence, ListLetsExceptionsThrough) {
  create();
  stage.script.message = [](RoomSession& s, Room& room, auto) {
    int calls = 0;
    try {
      room.presence.list("a", [&](const wsp::Member&) {
        ++calls;
        throw std::runtime_error("enough");
      });
    } catch (const std::runtime_error& e) {
      s.peer().send(e.what() + std::to_string(calls));
    }
  };
  stage.host.connect({.user = "ann"});
  FakeClient& bob = stage.host.connect({.user = "bob"});
  bob.take_all();
  bob.send("go");
  CHECK((bob.take_all() == Texts{"enough1"}));
}

TEST(Presence, IsNeededByAPluginThatListens) {
  stage.host.remove_extension(WSP_PRESENCE_1);
  CHECK(!stage.host.create());
  CHECK(stage.host.logged("wsp.presence/1"));
}

TEST(Presence, CountsMembersAndTheirSessions) {
  create();
  for (const char* user : {"bob", "ann", "bob"}) stage.host.connect({.user = user});
  stage.host.enter_elsewhere("a", "eve");
  wsp::MemberCount count;
  stage.script.message = [&](auto&, Room& room, std::string_view channel) {
    CHECK(room.presence.count(channel, count) == wsp::Status::ok);
  };
  FakeClient& client = stage.host.connect({.user = "ann"});
  client.send("a");
  CHECK_EQUAL(3U, count.members);
  CHECK_EQUAL(5U, count.sessions);
  client.send("b");
  CHECK_EQUAL(0U, count.members);
  CHECK_EQUAL(0U, count.sessions);
}

TEST(Presence, DoesNotCountOnAnOlderHost) {
  stage.host.shorten_extension(WSP_PRESENCE_1, offsetof(wsp_presence_1, count));
  stage.script.message = [](RoomSession& s, Room& room, auto) {
    wsp::MemberCount count = {7, 8};
    CHECK(room.presence.enter(s.peer(), "a", "ann") == wsp::Status::ok);
    CHECK(room.presence.count("a", count) == wsp::Status::unsupported);
    CHECK_EQUAL(7U, count.members);
    s.peer().send("done");
  };
  CHECK(stage.host.create());
  FakeClient& client = stage.host.connect();
  client.send("go");
  CHECK((client.take_all() == Texts{"done"}));
}
