// Who joins and who leaves, as sessions of one loop see it.
#include <string>

#include "hall.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using namespace ws::channel::test;

namespace {

void check(std::string_view expected, const std::string& actual) {
  STRCMP_EQUAL(std::string(expected).c_str(), actual.c_str());
}

}  // namespace

TEST_GROUP(fan_out_presence) {
  Hall hall;

  std::string members(std::string_view channel) {
    std::vector<Member> all;
    CHECK_TRUE(hall.bus->members(channel, all) == BusStatus::ok);
    std::string out;
    for (const Member& m : all) out += m.key + "*" + std::to_string(m.session_count) + " ";
    return out;
  }
};

TEST(fan_out_presence, SubscribersHearJoinsAndLeaves) {
  Guest& watcher = hall.guest();
  watcher.subscribe("room");
  Guest& tab1 = hall.guest();
  Guest& tab2 = hall.guest();
  tab1.enter("room", "ann");
  tab2.enter("room", "ann");
  hall.turn();
  check("text(+ann)", watcher.got());
  check("ann*2 ", members("room"));
  tab1.vanish();
  check("", watcher.got());
  tab2.vanish();
  check("text(-ann)", watcher.got());
  check("", members("room"));
}

TEST(fan_out_presence, AMemberThatIsNotSubscribedGetsNoMessage) {
  Guest& ann = hall.guest();
  ann.enter("room", "ann");
  hall.publish("room", "x");
  hall.turn();
  check("", ann.got());
  // But its plugin hears.
  CHECK_EQUAL(2, hall.shaper.calls);
}

TEST(fan_out_presence, WhoSubscribesThenEntersSeesItself) {
  Guest& ann = hall.guest();
  ann.subscribe("room");
  ann.enter("room", "ann");
  hall.turn();
  check("text(+ann)", ann.got());
  ann.leave("room");
  hall.turn();
  check("text(-ann)", ann.got());
}

TEST(fan_out_presence, WhoEntersThenSubscribesDoesNot) {
  Guest& ann = hall.guest();
  ann.enter("room", "ann");
  ann.subscribe("room");
  hall.turn();
  check("", ann.got());
}

TEST(fan_out_presence, JoinsAndMessagesKeepTheirOrder) {
  Guest& watcher = hall.guest();
  watcher.subscribe("room");
  Guest& ann = hall.guest();
  hall.publish("room", "1");
  ann.enter("room", "ann");
  hall.publish("room", "2");
  ann.leave("room");
  hall.publish("room", "3");
  hall.turn();
  check("text(1) text(+ann) text(2) text(-ann) text(3)", watcher.got());
}

TEST(fan_out_presence, AnotherKeyIsAConflictAndChangesNothing) {
  Guest& ann = hall.guest();
  ann.enter("room", "ann");
  CHECK_TRUE(hall.fan_out.enter(*ann.subscriber, "room", "eve", {}) == BusStatus::conflict);
  check("ann*1 ", members("room"));
  CHECK_TRUE(hall.fan_out.leave(*ann.subscriber, "room"));
  CHECK_FALSE(hall.fan_out.leave(*ann.subscriber, "room"));
  hall.turn();
  CHECK_EQUAL(0u, hall.fan_out.channel_count());
}

TEST(fan_out_presence, ASessionLeavesAllItsChannelsWhenItEnds) {
  Guest& ann = hall.guest();
  for (int i = 0; i < 20; ++i) ann.enter("room" + std::to_string(i), "ann");
  ann.vanish();
  for (int i = 0; i < 20; ++i) check("", members("room" + std::to_string(i)));
  CHECK_EQUAL(0u, hall.fan_out.channel_count());
}
