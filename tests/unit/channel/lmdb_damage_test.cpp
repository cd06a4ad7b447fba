// Records that no process of ours writes: they do no harm to who reads them.
#include <string>
#include <vector>

#include "channel/lmdb_history.h"
#include "channel/lmdb_log.h"
#include "channel/lmdb_presence.h"
#include "channel/lmdb_receipts.h"
#include "lmdb_state.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using namespace ws::channel::lmdb;

namespace {

constexpr SessionId kSession = SessionId{2} << 48 | 1;
constexpr Keep kKept{100, 0};

}  // namespace

TEST_GROUP(lmdb_damage) {
  test::State state;
  uint64_t order = 0;  // of the last message

  void publish(const std::string& text) {
    LONGS_EQUAL(0, state.write([&](Writing& writing) {
      ChannelEntry& channel = *writing.create("room");
      ++channel.record.offset;
      const Place place =
          append(writing, channel, {Event::Kind::message, ws::protocol::Opcode::text, 0, text});
      keep(writing, channel, kKept, place);
      order = place.order;
    }));
  }
  // The header of the last message, changed.
  template <class Change>
  void change_header(Change change) {
    LONGS_EQUAL(0, state.write([&](Writing& writing) {
      std::string_view value;
      LogHeader header{};
      CHECK_TRUE(writing.txn().get(Table::log, order_key(order), value) &&
                 record_of(value, header));
      const std::string rest(value.substr(sizeof header));
      change(header);
      writing.txn().put(Table::log, order_key(order), std::string(bytes_of(header)) + rest);
    }));
  }
  // What reading all that is kept says.
  int read(size_t & count) {
    ReadTxn txn(*state.store);
    uint64_t number = 0;
    ChannelRecord record{};
    History history;
    CHECK_TRUE(txn.get(Table::names, "room", number) &&
               txn.get(Table::channels, Key().add(number), record));
    (void)read_history(txn, record, ws::base::SharedBytes("room"), {}, state.now_ms, history);
    count = history.messages.size();
    return txn.error();
  }
  void is_damaged() {
    size_t count = 0;
    LONGS_EQUAL(MDB_CORRUPTED, read(count));
  }
};

TEST(lmdb_damage, R19_MemberWithTooLongAKey) {
  LONGS_EQUAL(0, state.write([](Writing& writing) {
    enter(writing, *writing.create("room"), kSession, "ann", "");
  }));
  LONGS_EQUAL(0, state.write([](Writing& writing) {
    const uint64_t number = writing.find("room")->record.number;
    const MemberRecord record{1, 1900, 0};
    writing.txn().put(Table::members, Key(number, kSession),
                      std::string(bytes_of(record)) + std::string(1900, 'x'));
  }));
  LONGS_EQUAL(MDB_CORRUPTED, state.write([](Writing& writing) {
    leave(writing, *writing.find("room"), kSession);
  }));
}

TEST(lmdb_damage, R19_KeysShorterThanTheirParts) {
  publish("one");
  LONGS_EQUAL(0, state.write([](Writing& writing) {
    writing.txn().put(Table::history, "abc", bytes_of(KeptRecord{}));
    writing.txn().put(Table::history, "\xff", bytes_of(KeptRecord{}));
    writing.txn().put(Table::sessions, std::string_view("\0\2", 2), {});
    writing.txn().put(Table::interest, "a", bytes_of(uint32_t{7}));
  }));
  size_t count = 0;
  LONGS_EQUAL(0, read(count));
  LONGS_EQUAL(1, count);
  std::string resume;
  LONGS_EQUAL(0, state.write([&](Writing& writing) { (void)remove_process(writing, 2, resume); }));
}

TEST(lmdb_damage, MessageThatIsKeptTwice) {
  publish("one");
  LONGS_EQUAL(0, state.write([&](Writing& writing) {
    const uint64_t number = writing.find("room")->record.number;
    writing.txn().put(Table::history, Key(number, 7),
                      bytes_of(KeptRecord{order, writing.now_ms(), 100}));
  }));
  is_damaged();
}

TEST(lmdb_damage, R19_MessageThatClaimsToBeLonger) {
  publish(std::string(10'000, 'x'));
  change_header([](LogHeader& header) {
    header.size = 200'000'000;
    header.parts = 49'020;
  });
  is_damaged();
}

TEST(lmdb_damage, MessageWhosePartIsTooLong) {
  publish(std::string(10'000, 'x'));
  LONGS_EQUAL(0, state.write([&](Writing& writing) {
    const uint64_t second = order + 1;
    writing.txn().put(Table::log, order_key(second), std::string(100'000, 'x'));
  }));
  is_damaged();
}

TEST(lmdb_damage, EventOfNoKind) {
  publish("one");
  change_header([](LogHeader& header) { header.kind = 200; });
  is_damaged();
}

TEST(lmdb_damage, MessageOfNoDataOpcode) {
  publish("one");
  change_header([](LogHeader& header) { header.type = 8; });
  is_damaged();
}

TEST(lmdb_damage, ReceiptForFewerMessages) {
  Submission submission;
  submission.targets.resize(2);
  submission.key = "key";
  LONGS_EQUAL(0, state.write([&](Writing& writing) {
    Receipt receipt;
    receipt.placed.resize(1);
    keep_receipt(writing, submission, receipt);
  }));
  LONGS_EQUAL(MDB_CORRUPTED, state.write([&](Writing& writing) {
    Receipt receipt;
    CHECK_FALSE(find_receipt(writing, submission, receipt));
  }));
}
