// wsp::Users: all sessions of a user.
#include "api/plugin_of.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

TEST_GROUP(Users) {
  Stage stage;
  wsp::Status seen = wsp::Status::failed;

  void setup() override {
    stage.script.message = [this](RoomSession&, Room& room, std::string_view user) {
      seen = room.users.send(user, "for you");
    };
  }
};

TEST(Users, AreReachedInAllTheirSessions) {
  stage.script.deliver = [](auto&) { FAIL("on_deliver has no part in it"); };
  CHECK(stage.host.create());
  FakeClient& tab = stage.host.connect({.user = "ann"});
  FakeClient& other_tab = stage.host.connect({.user = "ann"});
  FakeClient& bob = stage.host.connect({.user = "bob"});
  FakeClient& guest = stage.host.connect();
  bob.send("ann");
  CHECK(seen == wsp::Status::ok);
  CHECK((tab.take_all() == Texts{"for you"}));
  CHECK((other_tab.take_all() == Texts{"for you"}));
  CHECK(bob.received().empty());
  CHECK(guest.received().empty());
  bob.send("nobody");
  CHECK(seen == wsp::Status::ok);
  bob.send("");
  CHECK(seen == wsp::Status::invalid);
  CHECK_EQUAL(1U, stage.host.take_complaints().size());
}

TEST(Users, AreDisconnectedInAllTheirSessions) {
  stage.script.message = [this](RoomSession&, Room& room, std::string_view user) {
    seen = room.users.disconnect(user, wsp::CloseCode{4003}, "signed out");
  };
  CHECK(stage.host.create());
  FakeClient& tab = stage.host.connect({.user = "ann"});
  FakeClient& other_tab = stage.host.connect({.user = "ann"});
  FakeClient& bob = stage.host.connect({.user = "bob"});
  tab.send("ann");
  CHECK(seen == wsp::Status::ok);
  for (const FakeClient* client : {&tab, &other_tab}) {
    CHECK_EQUAL(4003, client->close_code());
    STRCMP_EQUAL("signed out", client->close_reason().c_str());
  }
  CHECK(bob.is_open());
}

TEST(Users, AreUnsupportedWithoutTheExtension) {
  stage.host.remove_extension(WSP_USERS_1);
  stage.script.create = [](Room& room) {
    CHECK(!room.users);
    CHECK(room.users.disconnect("ann") == wsp::Status::unsupported);
  };
  CHECK(stage.host.create());
  stage.host.connect().send("ann");
  CHECK(seen == wsp::Status::unsupported);
}
