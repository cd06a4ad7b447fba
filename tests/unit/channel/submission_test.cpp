// What those who wait ask of a bus, the same of each engine: messages with a receipt, keys that
// make them come once, what is known of channels, histories that are dropped.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "channel/channel_name.h"
#include "engines.h"
#include "support/waiting_listener.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;

namespace {

constexpr uint32_t kPatienceMs = 20'000;

std::string full(std::string_view name) { return std::string(FullName("example.org", name)); }

Submission to(std::vector<std::string> names, std::string payload, std::string key = {}) {
  Submission submission;
  for (const std::string& name : names) submission.targets.push_back({full(name), Keep{100, 0}});
  submission.payload = std::move(payload);
  submission.digest[0] = static_cast<unsigned char>(submission.payload.front());
  submission.key = std::move(key);
  return submission;
}

// "offset:subscribers" of each.
std::string text_of(const Receipt& receipt) {
  CHECK_TRUE(receipt.status == BusStatus::ok);
  std::string text;
  for (const auto& placed : receipt.placed)
    text += (text.empty() ? "" : " ") + std::to_string(placed.position.offset) + ':' +
            std::to_string(placed.subscribers);
  return text;
}

class Ear final : public test::WaitingListener {
 public:
  using WaitingListener::WaitingListener;
  void listen(std::string_view name, int64_t sessions) {
    CHECK_TRUE(bus_.listen(*this, name) == BusStatus::ok);
    bus_.change_audience(name, sessions);
  }
  std::string next() {
    std::vector<Event> events;
    while (events.empty() && wait()) bus_.receive(*this, events);
    if (events.empty()) return "nothing";
    type = events.front().type;
    return std::string(events.front().payload.view());
  }

  ws::protocol::MessageType type;  // of the last one
};

}  // namespace

TEST_GROUP(submission) {
  ws::test::ManualClock clock;
  test::Engines engines{clock};
  std::vector<std::unique_ptr<Bus>>& buses = engines.buses;

  static void check(std::string_view expected, const std::string& actual) {
    STRCMP_EQUAL(std::string(expected).c_str(), actual.c_str());
  }
  static ChannelFacts facts_of(Bus & bus, std::string_view name) {
    ChannelFacts facts;
    CHECK_TRUE(bus.describe(full(name), facts) == BusStatus::ok);
    return facts;
  }
};

TEST(submission, GoesToAllItsChannels) {
  for (const auto& bus : buses) {
    check("1:0", text_of(bus->submit(to({"a"}, "x"), kPatienceMs)));
    check("2:0 1:0", text_of(bus->submit(to({"a", "b"}, "y"), kPatienceMs)));
    LONGS_EQUAL(2, facts_of(*bus, "a").kept);
    LONGS_EQUAL(1, facts_of(*bus, "b").kept);
  }
}

TEST(submission, WhatMayNotBeCompressedStaysThatLiveAndKept) {
  for (const auto& bus : buses) {
    Ear ear(*bus);
    ear.listen(full("a"), 1);
    Submission submission = to({"a"}, "secret");
    submission.type = {ws::protocol::Opcode::binary, false};
    check("1:1", text_of(bus->submit(submission, kPatienceMs)));
    check("secret", ear.next());
    CHECK_TRUE(ear.type == submission.type);
    ws::protocol::MessageType kept;
    bool is_done = false;
    bus->read(ear, full("a"), {}, [&](BusStatus, const History& history) {
      for (const Event& event : history.messages) kept = event.type;
      is_done = true;
    });
    std::vector<Event> events;
    while (!is_done && ear.wait()) bus->receive(ear, events);
    CHECK_TRUE(kept == submission.type);
  }
}

TEST(submission, SaysHowManyItGoesTo) {
  for (const auto& bus : buses) {
    Ear ear(*bus);
    ear.listen(full("a.1"), 3);
    check("1:3", text_of(bus->submit(to({"a.1"}, "x"), kPatienceMs)));
    ear.listen(std::string(std::string_view(FullName::of_family("example.org", "a."))), 2);
    check("2:5 1:2 1:0", text_of(bus->submit(to({"a.1", "a.2", "b"}, "x"), kPatienceMs)));
    bus->change_audience(full("a.1"), -1);
    check("3:4", text_of(bus->submit(to({"a.1"}, "x"), kPatienceMs)));
    LONGS_EQUAL(2, facts_of(*bus, "a.1").subscribers);
    bus->change_audience(full("a.1"), -2);
    bus->forget(ear, full("a.1"));
    check("4:2", text_of(bus->submit(to({"a.1"}, "x"), kPatienceMs)));
  }
}

TEST(submission, OfOneKeyIsPublishedOnce) {
  for (const auto& bus : buses) {
    Ear ear(*bus);
    ear.listen(full("a"), 1);
    const Receipt first = bus->submit(to({"a"}, "x", "key"), kPatienceMs);
    CHECK_FALSE(first.is_replay);
    check("1:1", text_of(first));
    bus->change_audience(full("a"), 5);
    const Receipt second = bus->submit(to({"a"}, "x", "key"), kPatienceMs);
    CHECK_TRUE(second.is_replay);
    check("1:1", text_of(second));
    CHECK_TRUE(second.placed[0].position == first.placed[0].position);
    check("2:6", text_of(bus->submit(to({"a"}, "y", "other"), kPatienceMs)));
    check("x", ear.next());
    LONGS_EQUAL(2, facts_of(*bus, "a").kept);
  }
}

TEST(submission, OfOneKeyFromManyThreadsIsPublishedOnce) {
  for (const auto& bus : buses) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] { (void)bus->submit(to({"a"}, "x", "key"), kPatienceMs); });
    for (std::thread& thread : threads) thread.join();
    LONGS_EQUAL(1, facts_of(*bus, "a").position.offset);
  }
}

TEST(submission, OfOneKeyThatSaysSomethingElseIsRefused) {
  for (const auto& bus : buses) {
    (void)bus->submit(to({"a"}, "x", "key"), kPatienceMs);
    CHECK_TRUE(bus->submit(to({"a"}, "y", "key"), kPatienceMs).status == BusStatus::conflict);
    LONGS_EQUAL(1, facts_of(*bus, "a").position.offset);
  }
}

TEST(submission, KeyIsForgottenAfterTenMinutes) {
  for (const auto& bus : buses) {
    (void)bus->submit(to({"a"}, "x", "key"), kPatienceMs);
    clock.ms += 10 * 60 * 1000;
    CHECK_TRUE(bus->submit(to({"a"}, "x", "key"), kPatienceMs).is_replay);
    clock.ms += 1;
    CHECK_FALSE(bus->submit(to({"a"}, "x", "key"), kPatienceMs).is_replay);
    CHECK_TRUE(bus->submit(to({"a"}, "x", "key"), kPatienceMs).is_replay);
    LONGS_EQUAL(2, facts_of(*bus, "a").position.offset);
  }
}

TEST(submission, ManyKeysDoNotFillTheState) {
  Bus& bus = *buses[0];
  const std::string padding(200, 'k');
  for (int i = 0; i < 4'000; ++i) {
    const Receipt receipt = bus.submit(to({"a"}, "x", padding + std::to_string(i)), kPatienceMs);
    CHECK_TRUE(receipt.status == BusStatus::ok && !receipt.is_replay);
  }
  CHECK_TRUE(bus.submit(to({"a"}, "x", padding + "3999"), kPatienceMs).is_replay);
  CHECK_FALSE(bus.submit(to({"a"}, "x", padding + "0"), kPatienceMs).is_replay);
}

TEST(submission, IsPublishedInAllChannelsOrInNone) {
  Bus& bus = *buses[0];
  int channels = 0;
  const auto name = [](int i) { return "channel " + std::to_string(i); };
  while (bus.submit(to({name(channels)}, "x"), kPatienceMs).status == BusStatus::ok) ++channels;
  const uint64_t before = facts_of(bus, name(channels - 1)).position.offset;
  CHECK_TRUE(bus.submit(to({name(channels - 1), "new"}, "x"), kPatienceMs).status ==
             BusStatus::full);
  LONGS_EQUAL(before, facts_of(bus, name(channels - 1)).position.offset);
  CHECK_TRUE(bus.submit(to({name(channels - 1)}, "x"), kPatienceMs).status == BusStatus::ok);
}

TEST(submission, WhatIsClearedIsGoneAndTheNumbersGoOn) {
  for (const auto& bus : buses) {
    LONGS_EQUAL(0, bus->clear(full("a"), kPatienceMs).removed);
    (void)bus->submit(to({"a"}, "1"), kPatienceMs);
    const Receipt second = bus->submit(to({"a"}, "2"), kPatienceMs);
    const Cleared cleared = bus->clear(full("a"), kPatienceMs);
    CHECK_TRUE(cleared.status == BusStatus::ok);
    LONGS_EQUAL(2, cleared.removed);
    CHECK_TRUE(cleared.position == second.placed[0].position);
    LONGS_EQUAL(0, facts_of(*bus, "a").kept);
    check("3:0", text_of(bus->submit(to({"a"}, "3"), kPatienceMs)));
    LONGS_EQUAL(1, facts_of(*bus, "a").kept);
  }
}

TEST(submission, UnknownChannelHasNoEpoch) {
  for (const auto& bus : buses) {
    const ChannelFacts facts = facts_of(*bus, "never used");
    CHECK_TRUE(facts.position == Position());
    LONGS_EQUAL(0, facts.subscribers + facts.kept + facts.members.keys);
  }
}

TEST(submission, ChannelsAreListedInOrder) {
  for (const auto& bus : buses) {
    for (const char* name : {"b", "a.2", "a.1", "a.3"})
      (void)bus->submit(to({name}, "x"), kPatienceMs);
    const auto names = [&](std::string_view prefix, std::string_view after, size_t limit) {
      std::vector<ChannelFacts> channels;
      CHECK_TRUE(bus->list(prefix, after, limit, channels) == BusStatus::ok);
      std::string text;
      for (const ChannelFacts& one : channels) {
        LONGS_EQUAL(1, one.position.offset);
        text += std::string(plain_name(one.channel)) + ' ';
      }
      return text;
    };
    check("a.1 a.2 a.3 b ", names("example.org\n", "", 100));
    check("a.1 a.2 ", names(full("a."), "", 2));
    check("a.3 ", names(full("a."), full("a.2"), 2));
    check("", names("example.com\n", "", 100));
  }
}
