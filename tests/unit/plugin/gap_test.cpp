// What a plugin tells those who missed something.
#include <string>

#include "channel/channel_name.h"
#include "plugin/user_channel.h"
#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;
using ws::channel::Event;
using ws::channel::WireMessage;

TEST_GROUP(gap) {
  Script script;
  bool replaces = true;
  bool unused = prepare();
  Stage stage{scripted_plugin(script)};

  bool prepare() {
    script.when_created = [this](const wsp_host* host) {
      script.host = host;
      CHECK_EQUAL(WSP_OK, history().listen_for_gaps(host, on_gap, &replaces));
      CHECK_EQUAL(WSP_E_INVALID, history().listen_for_gaps(host, nullptr, &replaces));
      return WSP_OK;
    };
    return true;
  }
  const wsp_history_1& history() { return script.extension<wsp_history_1>(WSP_HISTORY_1); }
  static void on_gap(void* self, wsp_delivery* notice) {
    CHECK_EQUAL(0u, notice->payload.size);
    const std::string text =
        std::string(text_of(notice->channel)) + " up to " + std::to_string(notice->position.offset);
    if (*static_cast<bool*>(self))
      CHECK_EQUAL(WSP_OK, notice->replace(notice, WSP_TEXT, bytes(text)));
  }
  // What the subscribers get; "nothing".
  std::string shape(std::string_view full_name, uint64_t offset) {
    Event event;
    event.kind = Event::Kind::gap;
    event.channel = ws::base::SharedBytes(full_name);
    event.position = {7, offset};
    WireMessage wire{event.type, event.payload.view(), {}};
    ws::channel::Shaper& shaper = *stage.instance;
    return shaper.shape(event, wire) ? std::string(wire.payload) : "nothing";
  }
};

TEST(gap, IsTurnedIntoAMessageByThePlugin) {
  STRCMP_EQUAL("room up to 41", shape(ws::channel::FullName("example.org", "room"), 41).c_str());
  STRCMP_EQUAL("orders. up to 0",
               shape(ws::channel::FullName::of_family("example.org", "orders."), 0).c_str());
  replaces = false;
  STRCMP_EQUAL("nothing", shape(ws::channel::FullName("example.org", "room"), 41).c_str());
}

// An order to end them may be among what they missed.
TEST(gap, InAUsersChannelEndsItsSessions) {
  const ws::channel::Shaper& shaper = *stage.instance;
  CHECK_FALSE(shaper.may_miss(user_channel("example.org", "/ws/test", "ann")));
  CHECK_TRUE(shaper.may_miss(ws::channel::FullName("example.org", "room")));
}

TEST(gap, CannotBeListenedForLater) {
  CHECK_EQUAL(WSP_E_INVALID, history().listen_for_gaps(script.host, on_gap, &replaces));
}
