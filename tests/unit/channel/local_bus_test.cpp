// One order, exact history, waking, presence and bounds of the bus of one process.
#include "channel/local_bus.h"

#include <string>
#include <vector>

#include "support/fakes.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using ws::protocol::MessageType;
using ws::protocol::Opcode;
using ws::test::ManualClock;

namespace {

class Ear final : public Listener {
 public:
  explicit Ear(LocalBus& bus) : bus_(bus) { bus_.add(*this); }
  ~Ear() override { bus_.remove(*this); }
  void wake() noexcept override { ++wakes; }

  void listen(std::string_view channel) {
    CHECK_TRUE(bus_.listen(*this, channel) == BusStatus::ok);
  }
  // "c:payload#offset", "+key", "-key".
  std::string receive() {
    std::vector<Event> events;
    bus_.receive(*this, events);
    std::string out;
    uint64_t order = 0;
    for (const Event& event : events) {
      CHECK_TRUE(event.order > order);
      order = event.order;
      if (!out.empty()) out += ' ';
      out += std::string(event.channel.view()) + ':';
      if (event.kind == Event::Kind::message) {
        out += std::string(event.payload.view()) + '#' + std::to_string(event.position.offset);
      } else {
        out += (event.kind == Event::Kind::joined ? '+' : '-') + event.member->key;
      }
    }
    return out;
  }

  int wakes = 0;

 private:
  LocalBus& bus_;
};

void check(std::string_view expected, const std::string& actual) {
  STRCMP_EQUAL(std::string(expected).c_str(), actual.c_str());
}

constexpr Keep kKeep{100, 0};

}  // namespace

TEST_GROUP(local_bus) {
  ManualClock clock;
  LocalBus bus{clock};

  Position publish(std::string_view channel, std::string_view payload,
                   const std::optional<Keep>& keep = std::nullopt) {
    const Published published = bus.publish(channel, Opcode::text, payload, 0, keep);
    CHECK_TRUE(published.status == BusStatus::ok);
    return published.position;
  }
  History read(Listener & listener, std::string_view channel, const HistoryQuery& query = {}) {
    History out;
    int calls = 0;
    bus.read(listener, channel, query, [&](BusStatus status, const History& history) {
      CHECK_TRUE(status == BusStatus::ok);
      out = history;
      ++calls;
    });
    CHECK_EQUAL(1, calls);
    return out;
  }
  static std::string words(const History& history) {
    std::string out = history.recovered ? "all:" : "new:";
    for (const Event& event : history.messages) {
      if (out.back() != ':') out += ' ';
      out += event.payload.view();
    }
    return out;
  }
};

TEST(local_bus, NumbersAChannelFromOneInItsEpoch) {
  const Position a = publish("a", "1");
  const Position b = publish("b", "1");
  const Position a2 = publish("a", "2");
  CHECK_EQUAL(1u, a.offset);
  CHECK_EQUAL(1u, b.offset);
  CHECK_EQUAL(2u, a2.offset);
  CHECK_TRUE(a.epoch == a2.epoch && a.epoch != 0 && a.epoch != b.epoch);
}

TEST(local_bus, EpochsOfAnotherStartDiffer) {
  LocalBus other{clock};
  CHECK_TRUE(publish("a", "1").epoch !=
             other.publish("a", Opcode::text, "1", 0, std::nullopt).position.epoch);
}

TEST(local_bus, GivesEachListenerItsChannelsInOneOrder) {
  Ear one(bus);
  Ear two(bus);
  one.listen("a");
  one.listen("b");
  two.listen("b");
  publish("a", "x");
  publish("b", "y");
  publish("c", "z");
  publish("a", "w");
  check("a:x#1 b:y#1 a:w#2", one.receive());
  check("b:y#1", two.receive());
  check("", one.receive());
}

TEST(local_bus, WakesOnceUntilReceivedAndOnlyThoseWhoListen) {
  Ear one(bus);
  Ear two(bus);
  one.listen("a");
  publish("a", "1");
  publish("a", "2");
  CHECK_EQUAL(1, one.wakes);
  CHECK_EQUAL(0, two.wakes);
  one.receive();
  publish("a", "3");
  CHECK_EQUAL(2, one.wakes);
  check("a:3#3", one.receive());
}

TEST(local_bus, StopsWhenForgotten) {
  Ear one(bus);
  one.listen("a");
  one.listen("a");
  publish("a", "1");
  bus.forget(one, "a");
  bus.forget(one, "a");
  bus.forget(one, "unknown");
  publish("a", "2");
  check("a:1#1", one.receive());
}

TEST(local_bus, CarriesTheWholeMessage) {
  Ear one(bus);
  one.listen("a");
  const std::string big(100'000, 'b');
  for (const std::string& payload : {std::string("small"), big}) {
    const MessageType secret(Opcode::binary, false);
    CHECK_TRUE(bus.publish("a", secret, payload, 77, std::nullopt).status == BusStatus::ok);
    std::vector<Event> events;
    bus.receive(one, events);
    CHECK_EQUAL(1u, events.size());
    CHECK_TRUE(events[0].kind == Event::Kind::message);
    CHECK_TRUE(events[0].type == secret);
    CHECK_TRUE(events[0].payload.view() == payload);
    CHECK_EQUAL(77u, events[0].except);
    CHECK_TRUE(events[0].time_ms > 1'600'000'000'000);
  }
}

TEST(local_bus, ReadsTheNewestOrAllAfterAPosition) {
  Ear ear(bus);
  check("new:", words(read(ear, "a")));
  Position first;
  for (const char* payload : {"1", "2", "3", "4"}) {
    const Position position = publish("a", payload, kKeep);
    if (*payload == '1') first = position;
  }
  check("new:1 2 3 4", words(read(ear, "a")));
  check("new:3 4", words(read(ear, "a", {std::nullopt, 2})));
  check("all:2 3 4", words(read(ear, "a", {first, 0})));
  check("all:2 3 4", words(read(ear, "a", {first, 3})));
  const History history = read(ear, "a", {first, 0});
  CHECK_EQUAL(4u, history.position.offset);
  CHECK_EQUAL(first.epoch, history.position.epoch);
  check("all:", words(read(ear, "a", {history.position, 0})));
}

TEST(local_bus, NeverRecoversAPart) {
  Ear ear(bus);
  const Position first = publish("a", "1", kKeep);
  publish("a", "2", kKeep);
  publish("a", "3", kKeep);
  struct Row {
    Position since;
    uint32_t limit;
    const char* expected;
  };
  const Row rows[] = {
      {{first.epoch, 0}, 0, "all:1 2 3"},
      {{first.epoch, 0}, 2, "new:2 3"},             // more were missed than are wanted
      {{first.epoch, 3}, 0, "all:"},                // nothing was missed
      {{first.epoch, 4}, 0, "new:1 2 3"},           // from the future
      {{first.epoch, UINT64_MAX}, 0, "new:1 2 3"},  // far from it
      {{first.epoch + 1, 2}, 0, "new:1 2 3"},       // another epoch
      {{0, 0}, 1, "new:3"},                         // no epoch
      {{UINT64_MAX, UINT64_MAX}, 0, "new:1 2 3"},
  };
  for (const Row& row : rows) check(row.expected, words(read(ear, "a", {row.since, row.limit})));
  publish("a", "4");  // not kept
  check("new:1 2 3", words(read(ear, "a", {first, 0})));
  const Position fourth{first.epoch, 4};
  check("all:", words(read(ear, "a", {fourth, 0})));
  publish("a", "5", kKeep);
  check("all:5", words(read(ear, "a", {fourth, 0})));
}

TEST(local_bus, WhatIsReadAndWhatComesLiveMeetAtTheOrder) {
  Ear ear(bus);
  ear.listen("a");
  publish("a", "1", kKeep);
  const History history = read(ear, "a");
  publish("a", "2", kKeep);
  check("new:1", words(history));
  std::vector<Event> events;
  bus.receive(ear, events);
  CHECK_EQUAL(2u, events.size());
  CHECK_TRUE(events[0].order <= history.order);
  CHECK_TRUE(events[1].order > history.order);
  CHECK_EQUAL(events[1].order, bus.order(ear, "a"));
}

TEST(local_bus, KeepsAsLongAsThePolicySays) {
  Ear ear(bus);
  publish("a", "1", Keep{10, 1000});
  clock.ms += 1000;
  check("new:1", words(read(ear, "a")));
  clock.ms += 1;
  check("new:", words(read(ear, "a")));
  CHECK_EQUAL(0u, bus.kept_bytes());
}

TEST(local_bus, AnUnusedChannelIsForgottenWithItsEpoch) {
  Ear ear(bus);
  const Position old = publish("a", "1");
  check("all:", words(read(ear, "a", {old, 0})));
  for (int i = 0; i < 3000; ++i) publish("other" + std::to_string(i), "x");
  CHECK_TRUE(bus.channel_count() < 1100);
  check("new:", words(read(ear, "a", {old, 0})));
  CHECK_TRUE(publish("a", "1").epoch != old.epoch);
}

TEST(local_bus, AUsedChannelIsNotForgotten) {
  Ear ear(bus);
  ear.listen("listened");
  publish("kept", "1", kKeep);
  CHECK_TRUE(bus.enter("entered", 5, "ann", "") == BusStatus::ok);
  const Position positions[] = {publish("listened", "1"), publish("kept", "2", kKeep),
                                publish("entered", "1")};
  for (int i = 0; i < 3000; ++i) publish("other" + std::to_string(i), "x");
  CHECK_EQUAL(positions[0].epoch, publish("listened", "2").epoch);
  CHECK_EQUAL(positions[1].epoch, publish("kept", "2").epoch);
  CHECK_EQUAL(positions[2].epoch, publish("entered", "2").epoch);
}

TEST(local_bus, GivesEverythingBack) {
  {
    Ear ear(bus);
    for (int i = 0; i < 2000; ++i) {
      const std::string name = "c" + std::to_string(i);
      ear.listen(name);
      publish(name, "x", Keep{5, 100});
      CHECK_TRUE(bus.enter(name, 9, "ann", "") == BusStatus::ok);
    }
    CHECK_EQUAL(2000u, bus.channel_count());
    for (int i = 0; i < 2000; ++i) CHECK_TRUE(bus.leave("c" + std::to_string(i), 9));
  }
  clock.ms += 1000;
  for (int i = 0; i < 1100; ++i) publish("new" + std::to_string(i), "x", Keep{1, 1});
  clock.ms += 1000;
  publish("last", "x", Keep{0, 0});
  for (int i = 0; i < 1100; ++i) publish("new" + std::to_string(i), "x", Keep{0, 0});
  CHECK_EQUAL(0u, bus.kept_bytes());
  CHECK_TRUE(bus.channel_count() <= 1025);
}

TEST(local_bus, TellsJoinsAndLeavesInTheOrderOfMessages) {
  Ear ear(bus);
  ear.listen("a");
  CHECK_TRUE(bus.enter("a", 1, "ann", "i") == BusStatus::ok);
  publish("a", "hello");
  CHECK_TRUE(bus.enter("a", 2, "ann", "j") == BusStatus::ok);
  CHECK_TRUE(bus.enter("a", 3, "bob", "") == BusStatus::ok);
  CHECK_TRUE(bus.leave("a", 1));
  CHECK_TRUE(bus.leave("a", 2));
  publish("a", "bye");
  check("a:+ann a:hello#1 a:+bob a:-ann a:bye#2", ear.receive());
  CHECK_TRUE(bus.enter("a", 3, "eve", "") == BusStatus::conflict);
  CHECK_FALSE(bus.leave("a", 1));
  CHECK_FALSE(bus.leave("unknown", 1));
  check("", ear.receive());
}

TEST(local_bus, PresenceEventsSayWhoAndWhere) {
  Ear ear(bus);
  ear.listen("a");
  publish("a", "1");
  CHECK_TRUE(bus.enter("a", 1, "ann", "info") == BusStatus::ok);
  std::vector<Event> events;
  bus.receive(ear, events);
  CHECK_EQUAL(2u, events.size());
  CHECK_EQUAL(1u, events[1].position.offset);
  STRCMP_EQUAL("info", events[1].member->info.c_str());
  CHECK_EQUAL(1u, events[1].member->session_count);
  CHECK_TRUE(events[1].payload.view().empty());
  std::vector<Member> members;
  CHECK_TRUE(bus.members("a", members) == BusStatus::ok);
  CHECK_EQUAL(1u, members.size());
}

TEST(local_bus, RefusesWhatHasNoRoomAndDoesNothingThen) {
  LocalBus small{
      clock, {.kept = {}, .channels = 2, .idle_channels = 4, .members = 1, .waiting_bytes = 2000}};
  Ear ear(small);
  ear.listen("a");
  ear.listen("b");
  CHECK_TRUE(small.listen(ear, "c") == BusStatus::full);
  CHECK_TRUE(small.publish("c", Opcode::text, "x", 0, kKeep).status == BusStatus::full);
  CHECK_TRUE(small.enter("a", 1, "ann", "") == BusStatus::ok);
  CHECK_TRUE(small.enter("a", 2, "ann", "") == BusStatus::full);
  CHECK_TRUE(small.enter("a", 1, "ann", "again") == BusStatus::ok);
  ear.receive();
  const std::string payload(1500, 'x');
  const Published first = small.publish("a", Opcode::text, payload, 0, std::nullopt);
  CHECK_TRUE(first.status == BusStatus::ok);
  CHECK_TRUE(small.publish("a", Opcode::text, payload, 0, std::nullopt).status == BusStatus::full);
  ear.receive();
  const Published second = small.publish("a", Opcode::text, payload, 0, std::nullopt);
  CHECK_TRUE(second.status == BusStatus::ok);
  CHECK_EQUAL(first.position.offset + 1, second.position.offset);
}

TEST(local_bus, TakesSixteenListeners) {
  std::vector<std::unique_ptr<Ear>> ears;
  for (int i = 0; i < 16; ++i) ears.push_back(std::make_unique<Ear>(bus));
  for (auto& ear : ears) ear->listen("a");
  publish("a", "x");
  for (auto& ear : ears) check("a:x#1", ear->receive());
  CHECK_THROWS(std::length_error, Ear(bus));
  ears.pop_back();
  Ear again(bus);
  publish("a", "y");
  check("", again.receive());
}
