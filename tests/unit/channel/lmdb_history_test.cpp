// What is written is read again, whole; what is kept and what is dropped; exact recovery.
#include "channel/lmdb_history.h"

#include <string>

#include "channel/lmdb_log.h"
#include "lmdb_state.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using namespace ws::channel::lmdb;
using ws::protocol::Opcode;

TEST_GROUP(lmdb_history) {
  test::State state;
  uint64_t epoch = 0;

  void publish(std::string_view payload, const std::optional<Keep>& policy = Keep{100, 0},
               std::string_view name = "room") {
    LONGS_EQUAL(0, state.write([&](Writing& writing) {
      trim_log(writing);
      ChannelEntry& channel = *writing.create(name);
      epoch = channel.record.epoch;
      ++channel.record.offset;
      const Place place =
          append(writing, channel, {Event::Kind::message, Opcode::binary, 7, payload});
      channel.record.message_order = place.order;
      keep(writing, channel, policy, place);
    }));
  }
  History read(const HistoryQuery& query = {}, std::string_view name = "room") {
    ReadTxn txn(*state.store);
    uint64_t number = 0;
    ChannelRecord record{};
    History history;
    CHECK_TRUE(txn.get(Table::names, name, number));
    CHECK_TRUE(txn.get(Table::channels, Key().add(number), record));
    CHECK_TRUE(
        read_history(txn, record, ws::base::SharedBytes(name), query, state.now_ms, history));
    return history;
  }
  // "payload#offset ... recovered"
  std::string text(const HistoryQuery& query = {}) {
    const History history = read(query);
    std::string text;
    for (const Event& event : history.messages)
      text += std::string(event.payload.view()) + '#' + std::to_string(event.position.offset) + ' ';
    return text + (history.recovered ? "recovered" : "-");
  }
  std::string since(uint64_t offset, uint32_t limit = 0) {
    return text({Position{epoch, offset}, limit});
  }
  MetaRecord meta() {
    ReadTxn txn(*state.store);
    MetaRecord record{};
    CHECK_TRUE(txn.get(Table::meta, kMetaKey, record));
    return record;
  }
  size_t log_entries() {
    ReadTxn txn(*state.store);
    return txn.entries(Table::log);
  }
};

TEST(lmdb_history, MessageComesBackAsItWas) {
  publish("hello");
  const History history = read();
  LONGS_EQUAL(1, history.messages.size());
  const Event& event = history.messages[0];
  CHECK_TRUE(event.kind == Event::Kind::message);
  CHECK_TRUE(event.type.opcode == Opcode::binary);
  LONGS_EQUAL(7, event.except);
  CHECK_TRUE(event.position == (Position{epoch, 1}));
  CHECK_TRUE(event.time_ms == 1'700'000'000'000);
  STRCMP_EQUAL("hello", std::string(event.payload.view()).c_str());
  STRCMP_EQUAL("room", std::string(event.channel.view()).c_str());
  CHECK_TRUE(event.order > 0 && event.order <= history.order);
}

// At and around every size where another part begins.
TEST(lmdb_history, LargeOnesComeBackWhole) {
  constexpr size_t kFirst = 4096 - 16 - sizeof(LogHeader);
  constexpr size_t kNext = 4096 - 16;
  uint64_t last = 0;
  for (const size_t size : {size_t{0}, kFirst - 1, kFirst, kFirst + 1, kFirst + kNext,
                            kFirst + kNext + 1, size_t{100'000}}) {
    std::string payload;
    while (payload.size() < size) payload += static_cast<char>(payload.size() * 31 % 251);
    publish(payload);
    const History history = read({std::nullopt, 1});
    LONGS_EQUAL(1, history.messages.size());
    CHECK_TRUE(history.messages[0].payload.view() == payload);
    CHECK_TRUE(history.messages[0].order > last);
    last = history.messages[0].order;
  }
}

TEST(lmdb_history, KeepsTheNewestOnly) {
  for (const char* payload : {"a", "b", "c", "d"}) publish(payload, Keep{2, 0});
  STRCMP_EQUAL("c#3 d#4 -", text().c_str());
  publish("e", Keep{3, 0});
  STRCMP_EQUAL("c#3 d#4 e#5 -", text().c_str());
  publish("f", Keep{0, 0});
  STRCMP_EQUAL("-", text().c_str());
}

TEST(lmdb_history, AdministratorsCapsWin) {
  state.settings.history_count = 2;
  for (const char* payload : {"a", "b", "c"}) publish(payload);
  STRCMP_EQUAL("b#2 c#3 -", text().c_str());
  state.settings.history_bytes = cost_of(1);
  publish("d");
  STRCMP_EQUAL("d#4 -", text().c_str());
  // One that is too large by itself is not kept; what is kept stays, as in the local bus.
  publish(std::string(50, 'x'));
  STRCMP_EQUAL("d#4 -", since(4).c_str());
  STRCMP_EQUAL("recovered", since(5).c_str());
}

TEST(lmdb_history, OldOnesAreGone) {
  publish("a", Keep{100, 1000});
  state.now_ms += 600;
  publish("b", Keep{100, 1000});
  state.now_ms += 600;
  STRCMP_EQUAL("b#2 -", text().c_str());
  STRCMP_EQUAL("b#2 -", since(0).c_str());
  STRCMP_EQUAL("b#2 recovered", since(1).c_str());
  publish("c", Keep{100, 1000});
  LONGS_EQUAL(2, read().messages.size());
}

TEST(lmdb_history, AllThatWasMissedOrNothingOfIt) {
  for (const char* payload : {"a", "b", "c", "d"}) publish(payload, Keep{3, 0});
  STRCMP_EQUAL("recovered", since(4).c_str());
  STRCMP_EQUAL("c#3 d#4 recovered", since(2).c_str());
  STRCMP_EQUAL("b#2 c#3 d#4 recovered", since(1).c_str());
  STRCMP_EQUAL("b#2 c#3 d#4 -", since(0).c_str());
  STRCMP_EQUAL("b#2 c#3 d#4 -", since(5).c_str());
  STRCMP_EQUAL("b#2 c#3 d#4 -", text({Position{epoch + 1, 4}, 0}).c_str());
  STRCMP_EQUAL("c#3 d#4 recovered", since(2, 2).c_str());
  STRCMP_EQUAL("c#3 d#4 -", since(1, 2).c_str());
}

TEST(lmdb_history, MessageThatIsNotKeptBreaksRecovery) {
  publish("a");
  publish("b", std::nullopt);
  publish("c");
  STRCMP_EQUAL("a#1 c#3 -", text().c_str());
  STRCMP_EQUAL("a#1 c#3 -", since(1).c_str());
  STRCMP_EQUAL("c#3 recovered", since(2).c_str());
}

TEST(lmdb_history, ChannelsAreApart) {
  publish("a");
  publish("b", Keep{100, 0}, "other");
  LONGS_EQUAL(1, read().messages.size());
  LONGS_EQUAL(1, read({}, "other").messages.size());
  STRCMP_EQUAL("b", std::string(read({}, "other").messages[0].payload.view()).c_str());
}

// What is not kept stays for slow processes, and what was dropped from the history too.
TEST(lmdb_history, LogKeepsRecentEvents) {
  for (int i = 0; i < 10; ++i) publish("x", Keep{1, 0});
  LONGS_EQUAL(10, log_entries());
  state.now_ms += state.settings.live_ms + 1;
  publish("y", Keep{1, 0});
  publish("z", Keep{1, 0});
  // The last kept before, gone from the history, but within the last minute still.
  LONGS_EQUAL(2, log_entries());
  STRCMP_EQUAL("z#12 -", text().c_str());
}

TEST(lmdb_history, LogStaysWithinItsShare) {
  for (int i = 0; i < 3000; ++i) publish(std::string(1000, 'x'), std::nullopt);
  CHECK_TRUE(meta().live_bytes <= state.settings.size / 4 + 2000);
  CHECK_TRUE(meta().live_front > 0);
  for (int i = 0; i < 3000; ++i) publish(std::string(1000, 'x'), Keep{10'000, 0});
  CHECK_TRUE(meta().kept_bytes <= state.settings.size / 3 + 2000);
  // Whole from some message on.
  const History history = read();
  CHECK_TRUE(history.messages.size() > 500);
  LONGS_EQUAL(6000, history.messages.back().position.offset);
  LONGS_EQUAL(history.messages.size(), 6000 - history.messages.front().position.offset + 1);
}

TEST(lmdb_history, SmallKeptOnesAmongManyDoNotFillTheState) {
  for (int i = 0; i < 20'000; ++i) {
    publish(std::string(200, 'x'), std::nullopt);
    if (i % 20 == 0) publish("kept", Keep{100'000, 0}, "quiet");
  }
  ReadTxn txn(*state.store);
  CHECK_TRUE(txn.pages(Table::log) + txn.pages(Table::history) <
             state.store->page_count() / 10 * 7);
}

TEST(lmdb_history, CountsAreRightInTheEnd) {
  for (int i = 0; i < 500; ++i)
    publish(std::string(static_cast<size_t>(i * 7 % 3000), 'x'),
            i % 3 == 0 ? std::nullopt : std::optional<Keep>(Keep{5, 0}));
  publish("nothing is kept any more", Keep{0, 0});
  LONGS_EQUAL(0, meta().kept_bytes);
  state.now_ms += state.settings.live_ms + 2000;
  for (int i = 0; i < 3; ++i) {
    LONGS_EQUAL(0, state.write([](Writing& writing) { trim_log(writing); }));
    state.now_ms += 2000;
  }
  LONGS_EQUAL(0, meta().live_bytes);
  LONGS_EQUAL(0, log_entries());
}
