// Tables, cursors, transactions, and errors that stick.
#include "channel/lmdb_store.h"

#include <string>
#include <thread>

#include "lmdb_state.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using namespace ws::channel::lmdb;

namespace {

std::string value_of(Txn& txn, std::string_view key) {
  std::string_view value;
  return txn.get(Table::names, key, value) ? std::string(value) : "nothing";
}

}  // namespace

TEST_GROUP(lmdb_store) {
  test::State state;

  void check(std::string_view expected, std::string_view key) {
    ReadTxn txn(*state.store);
    STRCMP_EQUAL(std::string(expected).c_str(), value_of(txn, key).c_str());
  }
};

TEST(lmdb_store, KeepsWhatWasCommitted) {
  {
    WriteTxn txn(*state.store);
    txn.put(Table::names, "a", "1");
    STRCMP_EQUAL("1", value_of(txn, "a").c_str());
    LONGS_EQUAL(0, txn.commit());
  }
  check("1", "a");
}

TEST(lmdb_store, ForgetsWhatWasNot) {
  {
    WriteTxn txn(*state.store);
    txn.put(Table::names, "a", "1");
  }
  check("nothing", "a");
}

TEST(lmdb_store, ErrorsStick) {
  {
    WriteTxn txn(*state.store);
    txn.put(Table::names, "a", "1");
    txn.put(Table::names, std::string(600, 'x'), "a key that is too long");
    LONGS_EQUAL(MDB_BAD_VALSIZE, txn.error());
    txn.put(Table::names, "b", "2");
    CHECK_FALSE(txn.erase(Table::names, "a"));
    LONGS_EQUAL(MDB_BAD_VALSIZE, txn.commit());
  }
  check("nothing", "a");
  check("nothing", "b");
}

TEST(lmdb_store, TooShortARecordIsDamage) {
  WriteTxn txn(*state.store);
  txn.put(Table::channels, "x", "short");
  ChannelRecord record{};
  CHECK_FALSE(txn.get(Table::channels, "x", record));
  LONGS_EQUAL(MDB_CORRUPTED, txn.error());
}

TEST(lmdb_store, FullMapIsAnErrorOfThatWriteOnly) {
  const std::string large(1'000'000, 'x');
  {
    WriteTxn txn(*state.store);
    for (int i = 0; i < 8; ++i) txn.put(Table::names, std::to_string(i), large);
    LONGS_EQUAL(MDB_MAP_FULL, txn.commit());
  }
  check("nothing", "0");
  WriteTxn txn(*state.store);
  txn.put(Table::names, "a", "1");
  LONGS_EQUAL(0, txn.commit());
}

TEST(lmdb_store, CursorGoesInTheOrderOfNumbers) {
  WriteTxn txn(*state.store);
  for (const uint64_t order : {300, 2, 70000}) txn.put(Table::log, order_key(order), "x");
  std::string orders;
  {
    Cursor cursor(txn, Table::log);
    const uint64_t from = 3;
    for (bool found = cursor.seek(order_key(from)); found; found = cursor.next())
      orders += std::to_string(order_of(cursor.key())) + " ";
    CHECK_TRUE(cursor.last());
    CHECK_TRUE(cursor.previous());
    LONGS_EQUAL(300, order_of(cursor.key()));
    CHECK_FALSE(cursor.find(order_key(from)));
  }
  STRCMP_EQUAL("300 70000 ", orders.c_str());
}

TEST(lmdb_store, ReaderSeesOneStateWhileOthersWrite) {
  ReadTxn reader(*state.store);
  STRCMP_EQUAL("nothing", value_of(reader, "a").c_str());
  // A write transaction of another thread, for this one has a reader.
  std::thread([this] {
    WriteTxn txn(*state.store);
    txn.put(Table::names, "a", "1");
    LONGS_EQUAL(0, txn.commit());
  }).join();
  STRCMP_EQUAL("nothing", value_of(reader, "a").c_str());
  check("1", "a");
}

TEST(lmdb_store, ReadersAreCounted) {
  std::atomic<uint32_t> count = 0;
  state.store->count_readers_in(count);
  {
    const ReadTxn one(*state.store);
    const ReadTxn two(*state.store);
    LONGS_EQUAL(2, count.load());
  }
  LONGS_EQUAL(0, count.load());
}
