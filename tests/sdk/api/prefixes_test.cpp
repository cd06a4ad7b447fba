// wsp::Prefixes: families of channels.
#include "api/plugin_of.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

TEST_GROUP(Prefixes) {
  Stage stage;

  void setup() override {
    stage.script.deliver = [](wsp::Delivery& d) {
      d.replace(std::string(d.channel()) + " " + std::string(d.payload()));
    };
    stage.script.message = [](RoomSession& s, Room& room, std::string_view text) {
      const std::string_view name = text.substr(1);
      s.peer().send(to_string(text.front() == '+' ? room.prefixes.subscribe(s.peer(), name)
                                                  : room.prefixes.unsubscribe(s.peer(), name)));
    };
  }
};

TEST(Prefixes, AreHeardUntilTheyAreLeft) {
  CHECK(stage.host.create());
  FakeClient& ann = stage.host.connect();
  ann.send("+orders.");
  for (const char* channel : {"orders.1", "orders.eu.2", "order.3", "orders"})
    stage.host.publish_elsewhere(channel, "x");
  ann.send("-orders.");
  stage.host.publish_elsewhere("orders.1", "y");
  CHECK((ann.take_all() == Texts{"ok", "orders.1 x", "orders.eu.2 x", "ok"}));
}

TEST(Prefixes, EndWithASeparator) {
  CHECK(stage.host.create());
  FakeClient& ann = stage.host.connect();
  ann.send("+orders");
  CHECK((ann.take_all() == Texts{"invalid"}));
  CHECK_EQUAL(1U, stage.host.take_complaints().size());
}

TEST(Prefixes, AreUnsupportedWithoutTheExtension) {
  stage.host.remove_extension(WSP_PREFIX_1);
  stage.script.create = [](Room& room) { CHECK(!room.prefixes); };
  CHECK(stage.host.create());
  FakeClient& ann = stage.host.connect();
  ann.send("+orders.");
  ann.send("-orders.");
  CHECK((ann.take_all() == Texts{"unsupported", "unsupported"}));
}
