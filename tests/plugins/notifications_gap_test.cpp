// A process that falls behind: its connections read what they missed by themselves.
#include <string>

#include "notifications_world.h"
#include "user_state.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

void lose(NotificationsWorld& world, const std::string& channel, const std::string& text) {
  const wsp_publish_options keep = {sizeof keep, 100, 0, 0};
  world.host.lose(channel, {text}, &keep);
}

}  // namespace

TEST_GROUP(NotificationsGap) { NotificationsWorld world; };

TEST(NotificationsGap, IsFilledWithinASecond) {
  FakeClient& ann = world.here();
  FakeClient& guest = world.here("");
  world.publish("news", titled("Before"));
  lose(world, "news", titled("Lost"));
  world.publish("news", titled("After"));
  heard(ann), heard(guest);
  world.host.advance(std::chrono::seconds(1));
  STRCMP_EQUAL("notification 7-2@news Lost!; badge 3", heard(ann).c_str());
  STRCMP_EQUAL("notification 7-2@news Lost!; badge 3", heard(guest).c_str());
}

TEST(NotificationsGap, BringsWhatTookThePlaceOfAnother) {
  FakeClient& ann = world.here();
  world.publish("user:ann", titled("Packed", "order-12"));
  lose(world, "user:ann", titled("Shipped", "order-12"));
  heard(ann);
  world.host.advance(std::chrono::seconds(1));
  STRCMP_EQUAL("removed 7-1 1; notification 7-2 Shipped!", heard(ann).c_str());
}

TEST(NotificationsGap, OfTheUsersStateIsFilledToo) {
  FakeClient& ann = world.here();
  world.publish("user:ann", titled("One"));
  heard(ann);
  notifications::UserState state;
  state.mark_read("", 7, 1, 1);
  state.choose("news", false, 1);
  lose(world, "own:notifications:ann", state.print());
  lose(world, "own:notifications:ann", "nonsense");
  world.host.advance(std::chrono::seconds(1));
  STRCMP_EQUAL("topics -news; read 7-1 0", heard(ann).c_str());
}

TEST(NotificationsGap, WhoeverLeftIsNotAsked) {
  FakeClient& ann = world.here();
  lose(world, "user:ann", titled("Lost"));
  ann.close();
  world.host.advance(std::chrono::seconds(1));
  STRCMP_EQUAL("welcome; notification 7-1 Lost!; ready 1", heard(world.come()).c_str());
}
