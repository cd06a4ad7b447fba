// What a bus says of its channels, the same of each engine.
#include <memory>
#include <string>
#include <vector>

#include "channel/channel_name.h"
#include "engines.h"
#include "support/waiting_listener.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using ws::protocol::Opcode;

namespace {

constexpr uint32_t kPatienceMs = 20'000;

std::string full(std::string_view name) { return std::string(FullName("example.org", name)); }

uint64_t publish(Bus& bus, std::string_view channel, std::optional<Keep> keep) {
  const auto receipt =
      bus.publish_and_wait(full(channel), Opcode::text, "hello", 0, keep, kPatienceMs);
  CHECK_TRUE(receipt.status == BusStatus::ok);
  return receipt.position.offset;
}

ChannelFacts facts_of(Bus& bus, std::string_view channel) {
  ChannelFacts facts;
  CHECK_TRUE(bus.describe(full(channel), facts) == BusStatus::ok);
  return facts;
}

std::string list(Bus& bus, std::string_view after, size_t limit) {
  std::vector<ChannelFacts> found;
  CHECK_TRUE(bus.list(full("room"), after.empty() ? "" : full(after), limit, found) ==
             BusStatus::ok);
  std::string names;
  for (const ChannelFacts& facts : found) {
    names += (names.empty() ? "" : " ") + std::string(plain_name(facts.channel)) + ':' +
             std::to_string(facts.kept);
  }
  return names;
}

class Ear final : public test::WaitingListener {
 public:
  using WaitingListener::WaitingListener;
};

}  // namespace

TEST_GROUP(channel_facts) {
  ws::base::MonotonicClock clock;
  test::Engines engines{clock};
  std::vector<std::unique_ptr<Bus>>& buses = engines.buses;
};

TEST(channel_facts, AChannelThatNobodyUsedHasNoEpoch) {
  for (const auto& bus : buses) {
    const ChannelFacts facts = facts_of(*bus, "room");
    CHECK_EQUAL(0u, facts.position.epoch);
    CHECK_EQUAL(0u, facts.kept);
    CHECK_EQUAL(0u, facts.subscribers);
    CHECK_EQUAL(0u, facts.members.keys);
  }
}

TEST(channel_facts, CountWhatIsKept) {
  for (const auto& bus : buses) {
    for (int i = 0; i < 3; ++i) publish(*bus, "room", Keep{2, 0});
    publish(*bus, "hall", std::nullopt);
    const ChannelFacts room = facts_of(*bus, "room");
    CHECK_TRUE(room.position.epoch != 0);
    CHECK_EQUAL(3u, room.position.offset);
    CHECK_EQUAL(2u, room.kept);
    CHECK_EQUAL(0u, facts_of(*bus, "hall").kept);
    CHECK_EQUAL(1u, facts_of(*bus, "hall").position.offset);
  }
}

TEST(channel_facts, CountMembersAndTheirSessions) {
  for (const auto& bus : buses) {
    for (const auto& [session, key] : {std::pair{1, "ann"}, {2, "ann"}, {3, "bob"}})
      CHECK_TRUE(bus->enter(full("room"), static_cast<uint64_t>(session), key, "") ==
                 BusStatus::ok);
    publish(*bus, "room", std::nullopt);  // it comes after them in the one order
    MemberCount count;
    CHECK_TRUE(bus->count(full("room"), count) == BusStatus::ok);
    CHECK_EQUAL(2u, count.keys);
    CHECK_EQUAL(3u, count.sessions);
    CHECK_TRUE(bus->count(full("nobody is here"), count) == BusStatus::ok);
    CHECK_EQUAL(0u, count.keys);
  }
}

TEST(channel_facts, ListsInOrderAPageAtATime) {
  for (const auto& bus : buses) {
    for (const char* name : {"room2", "hall", "room1", "rooms", "room10"})
      publish(*bus, name, Keep{5, 0});
    STRCMP_EQUAL("room1:1 room10:1 room2:1 rooms:1", list(*bus, "", 10).c_str());
    STRCMP_EQUAL("room1:1 room10:1", list(*bus, "", 2).c_str());
    STRCMP_EQUAL("room2:1 rooms:1", list(*bus, "room10", 2).c_str());
    STRCMP_EQUAL("", list(*bus, "rooms", 2).c_str());
  }
}

TEST(channel_facts, ClearedKeepsItsNumbering) {
  for (const auto& bus : buses) {
    for (int i = 0; i < 3; ++i) publish(*bus, "room", Keep{10, 0});
    const Cleared cleared = bus->clear(full("room"), kPatienceMs);
    CHECK_TRUE(cleared.status == BusStatus::ok);
    CHECK_EQUAL(3u, cleared.removed);
    CHECK_EQUAL(3u, cleared.position.offset);
    CHECK_EQUAL(0u, facts_of(*bus, "room").kept);
    CHECK_EQUAL(4u, publish(*bus, "room", Keep{10, 0}));
    CHECK_EQUAL(0u, bus->clear(full("nobody was here"), kPatienceMs).removed);
  }
}

TEST(channel_facts, OrdersAreHeardAndNotKept) {
  for (const auto& bus : buses) {
    Ear ear(*bus);
    CHECK_TRUE(bus->listen(ear, full("room")) == BusStatus::ok);
    publish(*bus, "room", Keep{10, 0});
    CHECK_TRUE(bus->control_and_wait(full("room"), "an order", kPatienceMs) == BusStatus::ok);
    std::vector<Event> heard;
    while (heard.size() < 2) {
      CHECK_TRUE(ear.wait());
      std::vector<Event> events;
      bus->receive(ear, events);
      heard.insert(heard.end(), events.begin(), events.end());
    }
    CHECK_TRUE(heard[0].kind == Event::Kind::message);
    CHECK_TRUE(heard[1].kind == Event::Kind::control);
    STRCMP_EQUAL("an order", std::string(heard[1].payload.view()).c_str());
    CHECK_EQUAL(1u, facts_of(*bus, "room").kept);
    CHECK_EQUAL(1u, facts_of(*bus, "room").position.offset);
  }
}
