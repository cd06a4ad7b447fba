// History and live messages meet without a gap and without a repetition, also on an engine
// whose answers take their time.
#include <list>
#include <string>

#include "hall.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using namespace ws::channel::test;
using ws::protocol::MessageType;
using ws::protocol::Opcode;

namespace {

void check(std::string_view expected, const std::string& actual) {
  STRCMP_EQUAL(std::string(expected).c_str(), actual.c_str());
}

// A local bus that looks up history at once but answers when it is told to, within receive().
class SlowBus final : public Bus {
 public:
  explicit SlowBus(const ws::base::Clock& clock) : inner_(clock) {}

  void answer() { answering_ = true; }
  BusStatus status = BusStatus::ok;

  Published publish(std::string_view channel, MessageType type, std::string_view payload,
                    SessionId except, const std::optional<Keep>& keep) override {
    return inner_.publish(channel, type, payload, except, keep);
  }
  Receipt submit(const Submission& submission, uint32_t timeout_ms) override {
    return inner_.submit(submission, timeout_ms);
  }
  Cleared clear(std::string_view channel, uint32_t timeout_ms) override {
    return inner_.clear(channel, timeout_ms);
  }
  BusStatus describe(std::string_view channel, ChannelFacts& facts) override {
    return inner_.describe(channel, facts);
  }
  BusStatus list(std::string_view prefix, std::string_view after, size_t limit,
                 std::vector<ChannelFacts>& channels) override {
    return inner_.list(prefix, after, limit, channels);
  }
  void change_audience(std::string_view channel, int64_t change) override {
    inner_.change_audience(channel, change);
  }
  void add(Listener& listener) override { inner_.add(listener); }
  void remove(Listener& listener) noexcept override { inner_.remove(listener); }
  BusStatus listen(Listener& listener, std::string_view channel) override {
    return inner_.listen(listener, channel);
  }
  void forget(Listener& listener, std::string_view channel) noexcept override {
    inner_.forget(listener, channel);
  }
  uint64_t order(Listener& listener, std::string_view channel) override {
    return inner_.order(listener, channel);
  }
  void receive(Listener& listener, std::vector<Event>& events) override {
    inner_.receive(listener, events);
    if (!answering_) return;
    answering_ = false;
    for (auto& [history, done] : std::exchange(waiting_, {})) done(status, history);
  }
  void read(Listener& listener, std::string_view channel, const HistoryQuery& query,
            HistoryDone done) override {
    inner_.read(listener, channel, query, [&](BusStatus, const History& history) {
      waiting_.emplace_back(history, std::move(done));
    });
  }
  BusStatus enter(std::string_view channel, SessionId session, std::string_view key,
                  std::string_view info) override {
    return inner_.enter(channel, session, key, info);
  }
  bool leave(std::string_view channel, SessionId session) override {
    return inner_.leave(channel, session);
  }
  BusStatus members(std::string_view channel, std::vector<Member>& members) override {
    return inner_.members(channel, members);
  }
  BusStatus count(std::string_view channel, MemberCount& count) override {
    return inner_.count(channel, count);
  }
  uint64_t number_of(SeatKind kind, std::string_view what) const override {
    return inner_.number_of(kind, what);
  }
  std::optional<SeatKind> take_seats(const SeatRequests& requests) override {
    return inner_.take_seats(requests);
  }
  std::optional<SeatKind> find_full(const SeatRequests& requests) override {
    return inner_.find_full(requests);
  }
  void give_back(const SeatNumbers& seats) noexcept override { inner_.give_back(seats); }
  BusStatus control(std::string_view channel, std::string_view payload) override {
    return inner_.control(channel, payload);
  }
  void hold() noexcept override { ++holds; }
  void release() noexcept override { ++releases; }
  int holds = 0;
  int releases = 0;

 private:
  LocalBus inner_;
  bool answering_ = false;
  std::list<std::pair<History, HistoryDone>> waiting_;
};

constexpr Keep kKeep{100, 0};

}  // namespace

TEST_GROUP(fan_out_history) {
  Hall hall;

  void keep(std::string_view payload) { hall.publish("room", payload, 0, kKeep); }
};

TEST(fan_out_history, HistoryThenLive) {
  keep("1");
  keep("2");
  Guest& ann = hall.guest();
  ann.subscribe("room", {std::nullopt, 1});
  keep("3");
  hall.turn();
  check("new:2", ann.history);
  check("text(old 2) text(3)", ann.got());
}

TEST(fan_out_history, WhatIsStillOnItsWayIsNotRepeated) {
  Guest& first = hall.guest();
  first.subscribe("room");
  keep("1");
  Guest& ann = hall.guest();
  ann.subscribe("room", {});
  keep("2");
  hall.turn();
  check("text(old 1) text(2)", ann.got());
  check("text(1) text(2)", first.got());
}

TEST(fan_out_history, ResumesAfterAPosition) {
  Guest& watcher = hall.guest();
  watcher.subscribe("room");
  const Position seen = hall.bus->publish("room", Opcode::text, "1", 0, kKeep).position;
  keep("2");
  keep("3");
  hall.turn();
  Guest& ann = hall.guest();
  ann.subscribe("room", {seen, 0});
  keep("4");
  hall.turn();
  check("all:2 3", ann.history);
  check("text(old 2) text(old 3) text(4)", ann.got());
}

TEST(fan_out_history, ASecondCallBeginsAnew) {
  Guest& ann = hall.guest();
  ann.subscribe("room");
  keep("1");
  ann.subscribe("room", {});
  keep("2");
  hall.turn();
  check("text(old 1) text(2)", ann.got());
}

TEST(fan_out_history, ReadsWithoutSubscribing) {
  keep("1");
  Guest& ann = hall.guest();
  std::string seen;
  hall.fan_out.read(*ann.subscriber, "room", {}, [&](BusStatus status, const History& history) {
    CHECK_TRUE(status == BusStatus::ok);
    for (const Event& event : history.messages) seen += event.payload.view();
  });
  keep("2");
  hall.turn();
  check("1", seen);
  check("", ann.got());
}

TEST_GROUP(fan_out_slow_history) {
  ws::test::ManualClock clock;
  SlowBus* bus = new SlowBus(clock);
  Hall hall{std::unique_ptr<Bus>(bus)};

  void keep(std::string_view payload) { hall.publish("room", payload, 0, kKeep); }
  // The answer comes with the next event.
  void answer(const char* with) {
    bus->answer();
    keep(with);
    hall.turn();
  }
};

TEST(fan_out_slow_history, LiveMessagesWaitForTheAnswer) {
  Guest& watcher = hall.guest();
  watcher.subscribe("room");
  keep("1");
  Guest& ann = hall.guest();
  ann.subscribe("room", {});
  hall.turn();
  keep("2");
  hall.turn();
  keep("3");
  hall.turn();
  check("text(1) text(2) text(3)", watcher.got());
  check("", ann.got());
  answer("4");
  check("new:1", ann.history);
  check("text(old 1) text(2) text(3) text(4)", ann.got());
  keep("5");
  hall.turn();
  check("text(5)", ann.got());
}

TEST(fan_out_slow_history, PublishesOfATurnAreHeldUntilItsEnd) {
  for (int turn = 1; turn <= 2; ++turn) {
    hall.loop.post([&] {
      hall.fan_out.hold_publishes();
      hall.fan_out.hold_publishes();
      CHECK_EQUAL(turn, bus->holds);
      CHECK_EQUAL(turn - 1, bus->releases);
    });
    hall.loop.run_once(0);
    CHECK_EQUAL(turn, bus->releases);
  }
  // Between two turns: the next one ends it.
  hall.fan_out.hold_publishes();
  hall.loop.run_once(-1);
  CHECK_EQUAL(3, bus->releases);
}

TEST(fan_out_slow_history, AnEndedSessionIsToldAndGetsNothing) {
  Guest& watcher = hall.guest();
  watcher.subscribe("room");
  Guest& ann = hall.guest();
  ann.subscribe("room", {});
  keep("1");
  hall.turn();
  ann.vanish();
  check("gone", ann.history);
  answer("2");
  check("gone", ann.history);
  check("text(1) text(2)", watcher.got());
}

TEST(fan_out_slow_history, AfterAFailureItIsNotSubscribed) {
  Guest& watcher = hall.guest();
  watcher.subscribe("room");
  Guest& ann = hall.guest();
  ann.subscribe("room", {});
  keep("1");
  hall.turn();
  bus->status = BusStatus::unavailable;
  answer("2");
  check("failed", ann.history);
  check("", ann.got());
  ann.subscribe("room");
  keep("3");
  hall.turn();
  check("text(3)", ann.got());
}

TEST(fan_out_slow_history, UnsubscribedWhileWaitingItStillGetsTheAnswer) {
  Guest& watcher = hall.guest();
  watcher.subscribe("room");
  keep("1");
  Guest& ann = hall.guest();
  ann.subscribe("room", {});
  ann.unsubscribe("room");
  hall.turn();
  answer("2");
  check("new:1", ann.history);
  check("text(old 1)", ann.got());
}

TEST(fan_out_slow_history, ExceptHoldsForWhatWaited) {
  Guest& ann = hall.guest();
  ann.subscribe("room", {});
  hall.turn();
  hall.publish("room", "mine", ann.session->id());
  hall.publish("room", "yours");
  hall.turn();
  answer("2");
  check("text(yours) text(2)", ann.got());
}
