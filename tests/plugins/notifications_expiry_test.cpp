// What expired is neither delivered nor counted; what has a newer one with its key neither.
#include <string>

#include "notifications_world.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

std::string expiring(const std::string& title, int seconds, const std::string& key = "") {
  return R"({"title":")" + title + R"(","expires":)" + std::to_string(seconds) +
         (key.empty() ? "" : R"(,"key":")" + key + R"(")") + "}";
}

}  // namespace

TEST_GROUP(NotificationsExpiry) { NotificationsWorld world; };

TEST(NotificationsExpiry, IsToldToWhoeverIsHere) {
  FakeClient& ann = world.here();
  FakeClient& guest = world.here("");
  world.publish("user:ann", expiring("Soon", 60));
  world.publish("news", expiring("Later", 90));
  heard(ann), heard(guest);
  world.host.advance(std::chrono::milliseconds(59'999));
  STRCMP_EQUAL("", heard(ann).c_str());
  world.host.advance(std::chrono::milliseconds(1));
  STRCMP_EQUAL("removed 7-1 1", heard(ann).c_str());
  world.host.advance(std::chrono::seconds(30));
  STRCMP_EQUAL("removed 7-1@news 0", heard(ann).c_str());
  STRCMP_EQUAL("removed 7-1@news 0", heard(guest).c_str());
  LONGS_EQUAL(0, world.host.timer_count());
}

TEST(NotificationsExpiry, WhatExpiredIsNotDelivered) {
  world.publish("user:ann", expiring("Soon", 60));
  world.publish("user:ann", titled("Stays"));
  world.host.advance(std::chrono::seconds(60));
  FakeClient& ann = world.come();
  STRCMP_EQUAL("welcome; notification 7-2 Stays!; ready 1", heard(ann).c_str());
}

TEST(NotificationsExpiry, OfWhatWaitedIsWatchedToo) {
  world.publish("user:ann", expiring("Soon", 60));
  FakeClient& ann = world.come();
  STRCMP_EQUAL("welcome; notification 7-1 Soon!; ready 1", heard(ann).c_str());
  world.host.advance(std::chrono::seconds(60));
  STRCMP_EQUAL("removed 7-1 0", heard(ann).c_str());
}

TEST(NotificationsExpiry, ASoonerOneComesFirst) {
  FakeClient& ann = world.here();
  world.publish("user:ann", expiring("Later", 60));
  world.publish("user:ann", expiring("Soon", 10));
  heard(ann);
  world.host.advance(std::chrono::seconds(10));
  STRCMP_EQUAL("removed 7-2 1", heard(ann).c_str());
  world.host.advance(std::chrono::seconds(50));
  STRCMP_EQUAL("removed 7-1 0", heard(ann).c_str());
}

TEST(NotificationsExpiry, ANewerOneWithTheKeyTakesItsPlace) {
  FakeClient& ann = world.here();
  world.publish("user:ann", titled("Packed", "order-12"));
  world.publish("user:ann", titled("Shipped", "order-12"));
  STRCMP_EQUAL("badge 1; notification 7-1 Packed; removed 7-1 1; notification 7-2 Shipped",
               heard(ann).c_str());
  ann.send(R"({"type":"read","all":true})");
  heard(ann);
  world.publish("user:ann", titled("Arrived", "order-12"));
  STRCMP_EQUAL("removed 7-2 1; notification 7-3 Arrived", heard(ann).c_str());
  STRCMP_EQUAL("welcome; notification 7-3 Arrived!; ready 1", heard(world.come()).c_str());
}

TEST(NotificationsExpiry, AKeyIsAChannelsOwn) {
  FakeClient& ann = world.here();
  world.publish("user:ann", titled("Mine", "k"));
  world.publish("news", titled("All", "k"));
  STRCMP_EQUAL("badge 1; notification 7-1 Mine; badge 2; notification 7-1@news All",
               heard(ann).c_str());
}

TEST(NotificationsExpiry, WhatTookThePlaceLeavesItEmpty) {
  world.publish("user:ann", titled("Packed", "order-12"));
  world.publish("user:ann", expiring("Shipped", 60, "order-12"));
  world.host.advance(std::chrono::seconds(61));
  STRCMP_EQUAL("welcome; ready 0", heard(world.come()).c_str());
}
