// LMDB as this layer uses it: an environment with its tables, transactions, cursors.
//
// Errors stick: the first one in a transaction is remembered, what follows does nothing, and
// nothing of it is ever committed.
#pragma once

#include <lmdb.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "channel/lmdb_layout.h"

namespace ws::channel::lmdb {

class Store {
 public:
  // [main] One per process and directory, never across a fork, with the gate. Null: `error` says
  // why.
  static std::unique_ptr<Store> open(const std::string& directory, size_t size, bool sync,
                                     std::string& error);
  // No transaction may be left.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] MDB_env* env() const noexcept { return env_; }
  [[nodiscard]] MDB_dbi table(Table table) const noexcept {
    return tables_[static_cast<size_t>(table)];
  }
  [[nodiscard]] size_t page_size() const noexcept { return page_size_; }
  [[nodiscard]] size_t page_count() const noexcept { return page_count_; }

  // [any] Where the number of this process's read transactions is counted: others see who holds
  // old pages. Before the first one.
  void count_readers_in(std::atomic<uint32_t>& counter) noexcept { readers_ = &counter; }

 private:
  friend class ReadTxn;
  Store() = default;
  [[nodiscard]] int open_environment(const std::string& directory, size_t size, bool sync);
  [[nodiscard]] bool has_own_reader() const;
  [[nodiscard]] int drop_own_readers();
  [[nodiscard]] int open_tables();
  [[nodiscard]] int open_readers();

  MDB_env* env_ = nullptr;
  std::array<MDB_dbi, kTableCount> tables_{};
  size_t page_size_ = 0;
  size_t page_count_ = 0;
  std::atomic<uint32_t>* readers_ = nullptr;

  // Their places in LMDB's table of readers are taken at the start, for that needs a lock that all
  // processes share; using them needs none.
  static constexpr size_t kReaders = 2;
  std::mutex mutex_;  // guards idle_
  std::condition_variable returned_;
  std::vector<MDB_txn*> idle_;
};

class Txn {
 public:
  Txn(const Txn&) = delete;
  Txn& operator=(const Txn&) = delete;

  // 0, MDB_... or errno.
  [[nodiscard]] int error() const noexcept { return error_; }
  void fail(int error) noexcept {
    if (error_ == 0) error_ = error;
  }
  // Of a WriteTxn its own number, of a ReadTxn the newest that it sees; 0 after an error.
  [[nodiscard]] uint64_t id() const noexcept { return id_; }

  // Views are good until the next change of the table, or the transaction's end. A false without
  // error(): not there.
  [[nodiscard]] bool get(Table table, std::string_view key, std::string_view& value);
  template <class Record>
  [[nodiscard]] bool get(Table table, std::string_view key, Record& record) {
    std::string_view value;
    if (!get(table, key, value)) return false;
    if (record_of(value, record)) return true;
    fail(MDB_CORRUPTED);
    return false;
  }
  [[nodiscard]] size_t pages(Table table);
  [[nodiscard]] size_t entries(Table table);

 protected:
  explicit Txn(const Store& store) noexcept : store_(store) {}
  ~Txn() = default;

  friend class Cursor;
  const Store& store_;
  MDB_txn* txn_ = nullptr;
  uint64_t id_ = 0;
  int error_ = 0;
};

// Short: while it lives, no page that it could see is used again. [any] May wait for another
// thread of this process, never for another process.
class ReadTxn final : public Txn {
 public:
  explicit ReadTxn(Store& store);
  ~ReadTxn();

 private:
  Store& owner_;
};

// One at a time among all processes: waits for it. Ends without a change unless commit()ted. All
// on one thread.
class WriteTxn final : public Txn {
 public:
  explicit WriteTxn(const Store& store);
  ~WriteTxn();

  void put(Table table, std::string_view key, std::string_view value, unsigned flags = 0);
  // Room for a value, to be filled before the next call; null after an error.
  [[nodiscard]] char* reserve(Table table, std::string_view key, size_t size, unsigned flags);
  // False: it was not there.
  bool erase(Table table, std::string_view key);
  bool erase(Table table, std::string_view key, std::string_view value);

  // 0, or why nothing was written. Over in any case: nothing is locked any more.
  [[nodiscard]] int commit();
};

// Goes through a table. No change of the table while it lives.
class Cursor {
 public:
  Cursor(Txn& txn, Table table);
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // Each: false when there is nothing.
  bool seek(std::string_view key) { return move(MDB_SET_RANGE, key); }  // it, or the one after
  bool find(std::string_view key) { return move(MDB_SET_KEY, key); }
  bool first() { return move(MDB_FIRST, {}); }
  bool last() { return move(MDB_LAST, {}); }
  bool next() { return move(MDB_NEXT, {}); }
  bool previous() { return move(MDB_PREV, {}); }
  bool next_of_key() { return move(MDB_NEXT_DUP, {}); }
  bool next_key() { return move(MDB_NEXT_NODUP, {}); }

  [[nodiscard]] std::string_view key() const noexcept { return key_; }
  [[nodiscard]] std::string_view value() const noexcept { return value_; }

 private:
  bool move(MDB_cursor_op op, std::string_view key);

  Txn& txn_;
  MDB_cursor* cursor_ = nullptr;
  std::string_view key_;
  std::string_view value_;
};

// The log's keys are numbers in this machine's form.
inline std::string_view order_key(const uint64_t& order) noexcept { return bytes_of(order); }
[[nodiscard]] inline uint64_t order_of(std::string_view key) noexcept {
  uint64_t order = 0;
  (void)record_of(key, order);
  return order;
}

}  // namespace ws::channel::lmdb
