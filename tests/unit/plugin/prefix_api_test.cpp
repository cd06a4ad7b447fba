// wsp.prefix/1: one subscription to a family of channels.
#include <string>

#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;

TEST_GROUP(prefix_api) {
  Script script;
  bool unused = prepare();
  Stage stage{delivering_plugin(script)};

  bool prepare() {
    script.when_created = [this](const wsp_host* host) {
      script.host = host;
      return WSP_OK;
    };
    // "channel=payload"
    script.when_delivered = [](wsp_delivery* delivery) {
      const std::string text =
          std::string(text_of(delivery->channel)) + "=" + std::string(text_of(delivery->payload));
      return delivery->replace(delivery, WSP_TEXT, bytes(text));
    };
    return true;
  }
  const wsp_prefix_1& table() { return script.extension<wsp_prefix_1>(WSP_PREFIX_1); }
  wsp_status subscribe(wsp_session id, std::string_view prefix) {
    return table().subscribe(script.host, id, bytes(prefix));
  }
  wsp_status unsubscribe(wsp_session id, std::string_view prefix) {
    return table().unsubscribe(script.host, id, bytes(prefix));
  }
  void publish(std::string_view channel, std::string_view text) {
    CHECK_EQUAL(WSP_OK,
                script.host->publish(script.host, bytes(channel), WSP_TEXT, bytes(text), 0));
    stage.turn();
  }
};

TEST(prefix_api, HearsTheWholeFamily) {
  auto& seat = stage.connect();
  stage.on_loop(seat, [&] {
    CHECK_EQUAL(WSP_OK, subscribe(seat.id, "orders."));
    CHECK_EQUAL(WSP_OK, subscribe(seat.id, "orders."));
  });
  publish("orders.1", "new");
  publish("orders.2.eu", "paid");
  publish("other", "x");
  STRCMP_EQUAL("text(orders.1=new) text(orders.2.eu=paid)", seat.peer.frames().c_str());
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, unsubscribe(seat.id, "orders.")); });
  publish("orders.1", "gone");
  STRCMP_EQUAL("", seat.peer.frames().c_str());
}

TEST(prefix_api, ComesOnceForEachSubscription) {
  auto& seat = stage.connect();
  stage.on_loop(seat, [&] {
    CHECK_EQUAL(WSP_OK, subscribe(seat.id, "a:"));
    CHECK_EQUAL(WSP_OK, script.host->subscribe(script.host, seat.id, bytes("a:b")));
  });
  publish("a:b", "x");
  STRCMP_EQUAL("text(a:b=x) text(a:b=x)", seat.peer.frames().c_str());
}

TEST(prefix_api, EndsWithTheSession) {
  auto& seat = stage.connect();
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, subscribe(seat.id, "a/")); });
  seat.peer.close();
  stage.turn();
  publish("a/1", "x");
  CHECK_EQUAL(0u, stage.runtime.first_loop().fan_out.channel_count());
  CHECK_EQUAL(WSP_E_GONE, subscribe(seat.id, "a/"));
}

TEST(prefix_api, ArgumentsAreChecked) {
  auto& seat = stage.connect();
  stage.on_loop(seat, [&] {
    for (const char* prefix : {"", "a", "orders.*", "a b.", "a\n."}) {
      CHECK_EQUAL(WSP_E_INVALID, subscribe(seat.id, prefix));
      CHECK_EQUAL(WSP_E_INVALID, unsubscribe(seat.id, prefix));
    }
    CHECK_EQUAL(WSP_E_INVALID, subscribe(seat.id, std::string(254, 'a') + "."));
    CHECK_EQUAL(WSP_OK, unsubscribe(seat.id, "never."));
  });
}
