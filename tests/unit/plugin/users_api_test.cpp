// wsp.users/1: what is meant for a user reaches all of the user's sessions, and nobody else's.
#include <string>

#include "channel/channel_name.h"
#include "plugin/user_channel.h"
#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;

TEST_GROUP(users_api) {
  Script script;
  bool unused = prepare();
  Stage stage{delivering_plugin(script), {.loops = 2}};

  bool prepare() {
    script.when_created = [this](const wsp_host* host) {
      script.host = host;
      return WSP_OK;
    };
    script.when_delivered = [](wsp_delivery*) {
      FAIL("on_deliver saw a message to a user");
      return WSP_OK;
    };
    return true;
  }
  const wsp_users_1& table() { return script.extension<wsp_users_1>(WSP_USERS_1); }
  auto& connect(const char* user, unsigned loop = 0) {
    stage.user = user;
    return stage.connect(loop);
  }
};

TEST(users_api, ReachesAllSessionsOfTheUser) {
  auto& one = connect("ann");
  auto& two = connect("ann", 1);
  auto& other = connect("bob");
  auto& guest = connect("");
  CHECK_EQUAL(WSP_OK, table().send(script.host, bytes("ann"), WSP_TEXT, bytes("to ann")));
  CHECK_EQUAL(WSP_OK, table().send(script.host, bytes("ann"), WSP_BINARY, bytes("\xFF")));
  CHECK_EQUAL(WSP_OK, table().send(script.host, bytes("nobody"), WSP_TEXT, bytes("x")));
  stage.turn();
  STRCMP_EQUAL("text(to ann) binary(1)", one.peer.frames().c_str());
  STRCMP_EQUAL("text(to ann) binary(1)", two.peer.frames().c_str());
  STRCMP_EQUAL("", other.peer.frames().c_str());
  STRCMP_EQUAL("", guest.peer.frames().c_str());
}

TEST(users_api, DisconnectsAllSessionsOfTheUser) {
  auto& one = connect("ann");
  auto& two = connect("ann", 1);
  auto& other = connect("bob");
  CHECK_EQUAL(WSP_OK, table().disconnect(script.host, bytes("ann"), 4401, bytes("logged out")));
  stage.turn();
  STRCMP_EQUAL("close(4401,logged out)", one.peer.frames().c_str());
  STRCMP_EQUAL("close(4401,logged out)", two.peer.frames().c_str());
  STRCMP_EQUAL("", other.peer.frames().c_str());
  // Whoever comes later is not meant.
  auto& later = connect("ann");
  stage.turn();
  STRCMP_EQUAL("", later.peer.frames().c_str());
}

TEST(users_api, ArgumentsAreChecked) {
  CHECK_EQUAL(WSP_E_INVALID, table().send(script.host, bytes(""), WSP_TEXT, bytes("x")));
  CHECK_EQUAL(WSP_E_INVALID, table().send(script.host, bytes("ann"), WSP_TEXT, bytes("\xFF")));
  CHECK_EQUAL(WSP_E_INVALID, table().send(script.host, bytes("ann"), 3, bytes("x")));
  CHECK_EQUAL(WSP_E_INVALID, table().send(script.host, {nullptr, 3}, WSP_TEXT, bytes("x")));
  CHECK_EQUAL(WSP_E_INVALID, table().disconnect(script.host, bytes(""), 4401, bytes("")));
  CHECK_EQUAL(WSP_E_INVALID, table().disconnect(script.host, bytes("ann"), 1005, bytes("")));
  CHECK_EQUAL(WSP_E_INVALID, table().disconnect(script.host, bytes("ann"), 4401, {nullptr, 3}));
}

TEST(users_api, ChannelsOfUsersAreTheirOwn) {
  CHECK_TRUE(is_user_channel(user_channel("x.org", "/ws", "ann")));
  CHECK_FALSE(is_user_channel(ws::channel::FullName("x.org", "/ws")));
  CHECK_TRUE(user_channel("x.org", "/ws", "ann") != user_channel("x.org", "/ws2", "ann"));
  CHECK_TRUE(user_channel("x.org", "/ws", "ann") != user_channel("x.net", "/ws", "ann"));
  // A user's name holds anything; none is that of a family.
  CHECK_FALSE(ws::channel::is_family(user_channel("x.org", "/ws", "ann.\t")));
  // Neither of the names' lengths is bounded.
  const std::string long_user(5000, 'u');
  const std::string one = user_channel(std::string(400, 'n'), "/ws", long_user + "1");
  const std::string two = user_channel(std::string(400, 'n'), "/ws", long_user + "2");
  CHECK_TRUE(one != two && one.size() <= 511 && is_user_channel(one));
}
