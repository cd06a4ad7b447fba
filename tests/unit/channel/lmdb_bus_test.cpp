// One order, exact history, waking, presence and falling behind, in one process with real threads.
#include "channel/lmdb_bus.h"

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "channel/lmdb_log.h"
#include "lmdb_state.h"
#include "support/fakes.h"
#include "support/waiting_listener.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using ws::protocol::Opcode;

namespace {

constexpr uint32_t kPatienceMs = 20'000;
constexpr Keep kKeep{10'000, 0};

// "channel:payload#offset", "+key", "-key", "gap#offset", "control".
std::string text_of(const Event& event) {
  const std::string channel = std::string(event.channel.view()) + ':';
  const std::string place = '#' + std::to_string(event.position.offset);
  switch (event.kind) {
    case Event::Kind::message:
      return channel + std::string(event.payload.view()) + place;
    case Event::Kind::joined:
      return channel + '+' + event.member->key;
    case Event::Kind::left:
      return channel + '-' + event.member->key;
    case Event::Kind::gap:
      return channel + "gap" + place;
    case Event::Kind::control:
      return channel + "control " + std::string(event.payload.view());
  }
  return "?";
}

class Ear final : public test::WaitingListener {
 public:
  using WaitingListener::WaitingListener;
  // Receives until the last event is this one.
  std::string receive_until(const std::string& last) {
    std::string text;
    while (text != last && !text.ends_with(' ' + last)) {
      if (!wait()) return text + " and nothing more";
      std::vector<Event> received;
      bus_.receive(*this, received);
      for (const Event& event : received) {
        uint64_t& order = orders[std::string(event.channel.view())];
        CHECK_TRUE(event.order > order || (event.kind == Event::Kind::gap && event.order == order));
        order = event.order;
        text += (text.empty() ? "" : " ") + text_of(event);
      }
    }
    return text;
  }
  History read(std::string_view channel, const HistoryQuery& query = {}) {
    History out;
    bool is_done = false;
    bus_.read(*this, channel, query, [&](BusStatus status, const History& history) {
      CHECK_TRUE(status == BusStatus::ok);
      out = history;
      is_done = true;
    });
    while (!is_done && wait()) bus_.receive(*this, events);
    CHECK_TRUE(is_done);
    return out;
  }

  std::map<std::string, uint64_t> orders;  // the newest of each channel
  std::vector<Event> events;               // that came with the last answer
};

void check(std::string_view expected, const std::string& actual) {
  STRCMP_EQUAL(std::string(expected).c_str(), actual.c_str());
}

}  // namespace

TEST_GROUP(lmdb_bus) {
  test::TemporaryDirectory directory;
  ws::test::LinesLog log;
  ws::base::MonotonicClock clock;
  LmdbSettings settings;
  std::unique_ptr<LmdbBus> bus;

  void setup() override {
    settings.directory = directory.path();
    settings.size = size_t{8} << 20;
    check("", prepare_state_directory(directory.path(), getuid(), getgid()));
    open();
  }
  void open() {
    std::string error;
    bus.reset();
    bus = LmdbBus::open(settings, log, clock, error);
    check("", error);
  }
  Position publish(std::string_view channel, std::string_view payload,
                   const std::optional<Keep>& keep = std::nullopt) {
    const Published published =
        bus->publish_and_wait(channel, Opcode::text, payload, 0, keep, kPatienceMs);
    CHECK_TRUE(published.status == BusStatus::ok);
    return published.position;
  }
  void listen(Ear & ear, std::string_view channel) {
    CHECK_TRUE(bus->listen(ear, channel) == BusStatus::ok);
  }
  SessionId session(uint64_t number) const { return SessionId{bus->process()} << 48 | number; }
  void enter(std::string_view channel, uint64_t number, std::string_view key) {
    CHECK_TRUE(bus->enter(channel, session(number), key, key) == BusStatus::ok);
  }
};

TEST(lmdb_bus, PositionsCountEachChannel) {
  const Position first = publish("a", "1");
  CHECK_TRUE(first.epoch > 0 && first.epoch < uint64_t{1} << 53);
  LONGS_EQUAL(1, first.offset);
  const Position other = publish("b", "1");
  LONGS_EQUAL(1, other.offset);
  CHECK_TRUE(other.epoch != first.epoch);
  CHECK_TRUE(publish("a", "2") == (Position{first.epoch, 2}));
  open();
  CHECK_TRUE(publish("a", "3") == (Position{first.epoch, 3}));
}

TEST(lmdb_bus, ListenerGetsEachOfItsChannelsInOrder) {
  Ear ear(*bus);
  listen(ear, "a");
  listen(ear, "b");
  for (int i = 1; i <= 3; ++i) {
    CHECK_TRUE(bus->publish("a", Opcode::text, "x", 0, {}).status == BusStatus::ok);
    CHECK_TRUE(bus->publish("b", Opcode::text, "y", 0, kKeep).status == BusStatus::ok);
    CHECK_TRUE(bus->publish("c", Opcode::text, "z", 0, {}).status == BusStatus::ok);
  }
  std::map<std::string, std::string> texts;
  while (!texts["a"].ends_with("#3 ") || !texts["b"].ends_with("#3 ")) {
    CHECK_TRUE(ear.wait());
    bus->receive(ear, ear.events);
    for (const Event& event : ear.events)
      texts[std::string(event.channel.view())] += text_of(event) + ' ';
  }
  check("a:x#1 a:x#2 a:x#3 ", texts["a"]);
  check("b:y#1 b:y#2 b:y#3 ", texts["b"]);
  LONGS_EQUAL(2, texts.size());
}

TEST(lmdb_bus, ListenersOfOneProcessGetTheSame) {
  Ear one(*bus);
  Ear two(*bus);
  listen(one, "a");
  (void)publish("a", "1");
  listen(two, "a");
  const uint64_t order = bus->order(two, "a");
  (void)publish("a", "2");
  check("a:1#1 a:2#2", one.receive_until("a:2#2"));
  check("a:2#2", two.receive_until("a:2#2"));
  CHECK_TRUE(two.orders["a"] > order);
}

TEST(lmdb_bus, WhatWasForgottenComesNoMore) {
  Ear ear(*bus);
  listen(ear, "a");
  listen(ear, "b");
  (void)publish("a", "1");
  check("a:1#1", ear.receive_until("a:1#1"));
  bus->forget(ear, "a");
  (void)publish("a", "2");
  (void)publish("b", "1");
  check("b:1#1", ear.receive_until("b:1#1"));
  // Again from now on, and each once.
  listen(ear, "a");
  (void)publish("a", "3");
  check("a:3#3", ear.receive_until("a:3#3"));
}

TEST(lmdb_bus, ForgottenAndHeardAgainAtOnceComesOnce) {
  Ear ear(*bus);
  for (int i = 1; i <= 200; ++i) {
    listen(ear, "a");
    const std::string last = "a:x#" + std::to_string(i);
    (void)publish("a", "x");
    check(last, ear.receive_until(last));
    bus->forget(ear, "a");
  }
}

TEST(lmdb_bus, HistoryThenLiveWithoutGap) {
  Ear ear(*bus);
  const Position first = publish("a", "1", kKeep);
  // Others publish while it begins.
  std::atomic<bool> is_over = false;
  std::thread publisher([&] {
    while (!is_over) (void)publish("a", "x", kKeep);
  });
  listen(ear, "a");
  const History history = ear.read("a", {first, 0});
  CHECK_TRUE(history.recovered);
  uint64_t next = first.offset + 1;
  for (const Event& event : history.messages) LONGS_EQUAL(next++, event.position.offset);
  LONGS_EQUAL(next - 1, history.position.offset);
  const uint64_t end = next + 1000;
  while (next < end) {
    for (const Event& event : ear.events)
      if (event.order > history.order) LONGS_EQUAL(next++, event.position.offset);
    CHECK_TRUE(ear.wait());
    bus->receive(ear, ear.events);
  }
  is_over = true;
  publisher.join();
}

TEST(lmdb_bus, ReadOfAnUnknownChannelHasAPosition) {
  Ear ear(*bus);
  const History history = ear.read("new");
  CHECK_TRUE(history.position.epoch > 0);
  LONGS_EQUAL(0, history.position.offset);
  (void)publish("new", "1", kKeep);
  const History later = ear.read("new", {history.position, 0});
  CHECK_TRUE(later.recovered);
  LONGS_EQUAL(1, later.messages.size());
}

TEST(lmdb_bus, ControlIsNoMessage) {
  Ear ear(*bus);
  listen(ear, "a");
  (void)publish("a", "1", kKeep);
  CHECK_TRUE(bus->control("a", "disconnect bob") == BusStatus::ok);
  (void)publish("a", "2", kKeep);
  check("a:1#1 a:control disconnect bob a:2#2", ear.receive_until("a:2#2"));
  LONGS_EQUAL(2, ear.read("a").messages.size());
}

TEST(lmdb_bus, PresenceIsKnownAtOnceHere) {
  Ear ear(*bus);
  listen(ear, "a");
  enter("a", 1, "bob");
  enter("a", 2, "bob");
  enter("a", 3, "alice");
  std::vector<Member> members;
  CHECK_TRUE(bus->members("a", members) == BusStatus::ok);
  LONGS_EQUAL(2, members.size());
  check("alice", members[0].key);
  LONGS_EQUAL(2, members[1].session_count);
  CHECK_TRUE(bus->enter("a", session(1), "carol", "") == BusStatus::conflict);
  CHECK_TRUE(bus->leave("a", session(1)));
  CHECK_FALSE(bus->leave("a", session(1)));
  CHECK_TRUE(bus->leave("a", session(2)));
  check("a:+bob a:+alice a:-bob", ear.receive_until("a:-bob"));
  MemberCount count;
  CHECK_TRUE(bus->count("a", count) == BusStatus::ok);
  LONGS_EQUAL(1, count.keys);
  LONGS_EQUAL(1, count.sessions);
}

TEST(lmdb_bus, MembersLeaveWithTheirProcess) {
  enter("a", 1, "bob");
  open();
  std::vector<Member> members;
  CHECK_TRUE(bus->members("a", members) == BusStatus::ok);
  LONGS_EQUAL(0, members.size());
}

TEST(lmdb_bus, NamesTheStateCannotHoldAreRefused) {
  Ear ear(*bus);
  for (const std::string& name : {std::string(), std::string(512, 'x')}) {
    CHECK_TRUE(bus->publish(name, Opcode::text, "", 0, {}).status == BusStatus::full);
    CHECK_TRUE(bus->control(name, "") == BusStatus::full);
    CHECK_TRUE(bus->listen(ear, name) == BusStatus::full);
    CHECK_TRUE(bus->enter(name, session(1), "bob", "") == BusStatus::full);
    bool is_refused = false;
    bus->read(ear, name, {},
              [&](BusStatus status, const History&) { is_refused = status == BusStatus::full; });
    CHECK_TRUE(is_refused);
  }
  CHECK_TRUE(bus->enter("a", session(1), std::string(256, 'x'), "") == BusStatus::full);
  (void)publish(std::string(511, 'x'), "longest");
}

TEST(lmdb_bus, MessageLargerThanItsShareIsRefused) {
  size_t largest = settings.size / 8;
  while (lmdb::cost_of(largest) > settings.size / 8) --largest;
  const std::string large(largest + 1, 'x');
  CHECK_TRUE(bus->publish("a", Opcode::text, large, 0, {}).status == BusStatus::full);
  // However many of them come.
  for (int i = 0; i < 50; ++i) (void)publish("a", large.substr(1), kKeep);
}

TEST(lmdb_bus, CrowdedStateRefusesMessagesOfNewChannels) {
  settings.size = size_t{1} << 20;
  open();
  const auto taken = [&](int number) {
    return bus->publish_and_wait("channel" + std::to_string(number), Opcode::text, "x", 0, kKeep,
                                 kPatienceMs);
  };
  int channels = 0;
  while (channels < 100'000 && taken(channels).status == BusStatus::ok) ++channels;
  CHECK_TRUE(channels > 100 && channels < 100'000);
  // Also those that do not wait.
  CHECK_TRUE(bus->publish("new", Opcode::text, "x", 0, kKeep).status == BusStatus::full);
  CHECK_TRUE(bus->publish("channel0", Opcode::text, "x", 0, kKeep).status == BusStatus::ok);
  LONGS_EQUAL(3, taken(0).position.offset);
  CHECK_TRUE(log.has("no room for another channel"));
}

TEST(lmdb_bus, R20_SlowLoopIsToldWhatItMissed) {
  settings.size = size_t{1} << 20;
  settings.waiting_bytes = 1;
  open();
  Ear ear(*bus);
  listen(ear, "a");
  listen(ear, "kept");
  (void)publish("a", "1");
  // It has something now that it does not take; the log goes on without it.
  CHECK_TRUE(ear.wait());
  const std::string filler(1000, 'x');
  for (int i = 0; i < 20; ++i) (void)publish("kept", "k", kKeep);
  for (int i = 0; i < 1000; ++i) (void)publish("other", filler);
  (void)publish("a", "2");
  for (int i = 0; i < 1000; ++i) (void)publish("other", filler);
  (void)publish("a", "3");
  std::string text;
  std::vector<Event> events;
  do {
    bus->receive(ear, events);
    for (const Event& event : events) text += text_of(event) + ' ';
  } while (!text.ends_with("a:3#3 ") && ear.wait());
  std::string expected = "a:1#1 ";
  for (int i = 1; i <= 20; ++i) expected += "kept:k#" + std::to_string(i) + ' ';
  check(expected + "a:gap#2 a:3#3 ", text);
}

TEST(lmdb_bus, SlowLoopIsToldWhenTheLastIsWhatItMissed) {
  settings.size = size_t{1} << 20;
  settings.waiting_bytes = 1;
  open();
  Ear ear(*bus);
  listen(ear, "a");
  (void)publish("a", "1");
  CHECK_TRUE(ear.wait());
  (void)publish("a", "2");
  for (int i = 0; i < 2000; ++i) (void)publish("other", std::string(1000, 'x'));
  std::string text;
  std::vector<Event> events;
  do {
    bus->receive(ear, events);
    for (const Event& event : events) text += text_of(event) + ' ';
  } while (!text.ends_with("a:gap#2 ") && ear.wait());
  check("a:1#1 a:gap#2 ", text);
}

TEST(lmdb_bus, ManyThreadsPublishInOneOrder) {
  Ear ear(*bus);
  listen(ear, "a");
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) (void)publish("a", "x", Keep{10, 0});
    });
  uint64_t next = 1;
  while (next <= 2000 && ear.wait()) {
    bus->receive(ear, ear.events);
    for (const Event& event : ear.events) LONGS_EQUAL(next++, event.position.offset);
  }
  LONGS_EQUAL(2001, next);
  for (std::thread& thread : threads) thread.join();
}

TEST(lmdb_bus, EndsWhileEverythingIsUnderWay) {
  for (int i = 0; i < 20; ++i) {
    open();
    {
      Ear ear(*bus);
      listen(ear, "a");
      enter("a", 1, "bob");
      bool is_called_late = false;
      bus->read(ear, "a", {}, [&](BusStatus, const History&) { is_called_late = true; });
      for (int n = 0; n < 100; ++n) (void)bus->publish("a", Opcode::text, "x", 0, kKeep);
      bus->remove(ear);
      CHECK_FALSE(is_called_late);
    }
    bus.reset();
  }
  open();
  // What was accepted before an orderly end is there.
  Ear ear(*bus);
  LONGS_EQUAL(2000, ear.read("a").position.offset);
}

TEST(lmdb_bus, WhatIsHeldIsOneWrite) {
  Ear ear(*bus);
  listen(ear, "a");
  (void)publish("a", "before");
  ear.receive_until("a:before#1");
  bus->hold();
  for (int i = 0; i < 100; ++i)
    CHECK_TRUE(bus->publish("a", Opcode::text, "x", 0, {}).status == BusStatus::ok);
  bus->release();
  std::vector<Event> all;
  while (all.size() < 100 && ear.wait()) {
    std::vector<Event> some;
    bus->receive(ear, some);
    all.insert(all.end(), some.begin(), some.end());
  }
  CHECK_EQUAL(100u, all.size());
  CHECK_EQUAL(lmdb::transaction_of(all.front().order), lmdb::transaction_of(all.back().order));
}

// A plugin blocks its loop in the midst of a turn.
TEST(lmdb_bus, WhoHoldsForLongHoldsUpNobody) {
  Ear ear(*bus);
  listen(ear, "a");
  bus->hold();
  CHECK_TRUE(bus->publish("a", Opcode::text, "held", 0, {}).status == BusStatus::ok);
  std::thread([this] { (void)publish("a", "other"); }).join();
  check("a:held#1 a:other#2", ear.receive_until("a:other#2"));
  bus->release();
}
