// LMDB as this layer uses it.
#include "channel/lmdb_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace ws::channel::lmdb {

namespace {

constexpr unsigned kMaxReaderPlaces = 32'768;

struct TableKind {
  const char* name;
  unsigned flags;
};
constexpr std::array<TableKind, kTableCount> kTables{{
    {"meta", 0},
    {"names", 0},
    {"channels", 0},
    {"log", MDB_INTEGERKEY},
    {"history", 0},
    {"interest", 0},
    {"members", 0},
    {"keys", MDB_DUPSORT | MDB_DUPFIXED},
    {"sessions", 0},
    {"processes", 0},
    {"receipts", 0},
    {"ages", 0},
    {"seats", 0},
}};

MDB_val to_val(std::string_view bytes) noexcept {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view to_view(const MDB_val& value) noexcept {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

}  // namespace

std::unique_ptr<Store> Store::open(const std::string& directory, size_t size, bool sync,
                                   std::string& error) {
  std::unique_ptr<Store> store(new Store);
  int result = store->open_environment(directory, size, sync);
  if (result == 0 && store->has_own_reader()) result = store->drop_own_readers();
  if (result == 0 && !store->env_) result = store->open_environment(directory, size, sync);
  if (result == 0) result = store->open_tables();
  if (result == 0) result = store->open_readers();
  if (result == 0) return store;
  error = mdb_strerror(result);
  return nullptr;
}

int Store::open_environment(const std::string& directory, size_t size, bool sync) {
  int result = mdb_env_create(&env_);
  // Not MDB_WRITEMAP: the map stays read-only in our memory, and a full disk is an error of a
  // write instead of a signal.
  const unsigned flags = MDB_NOTLS | (sync ? 0 : MDB_NOSYNC);
  if (result == 0) result = mdb_env_set_maxdbs(env_, kTableCount);
  if (result == 0) result = mdb_env_set_maxreaders(env_, kMaxReaderPlaces);
  if (result == 0) result = mdb_env_set_mapsize(env_, size);
  if (result == 0) result = mdb_env_open(env_, directory.c_str(), flags, 0600);
  // LMDB leaves this one open for programs that we start.
  int data = -1;
  if (result == 0) result = mdb_env_get_fd(env_, &data);
  if (result == 0 && fcntl(data, F_SETFD, FD_CLOEXEC) != 0) result = errno;
  return result;
}

// A process that died had our number: what it left in the table of readers counts as ours, and
// would keep old pages for as long as we live.
bool Store::has_own_reader() const {
  const auto look = [](const char* line, void* found) {
    if (std::strtol(line, nullptr, 10) != getpid()) return 0;
    *static_cast<bool*>(found) = true;
    return -1;
  };
  bool found = false;
  (void)mdb_reader_list(env_, look, &found);
  return found;
}

// LMDB clears a process's readers when it closes an environment that it has read from.
int Store::drop_own_readers() {
  MDB_txn* txn = nullptr;
  const int result = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
  if (result != 0) return result;
  mdb_txn_abort(txn);
  mdb_env_close(std::exchange(env_, nullptr));
  return 0;
}

int Store::open_tables() {
  MDB_envinfo info{};
  MDB_stat stat{};
  int result = mdb_env_info(env_, &info);
  if (result == 0) result = mdb_env_stat(env_, &stat);
  if (result != 0) return result;
  page_size_ = stat.ms_psize;
  page_count_ = info.me_mapsize / page_size_;
  MDB_txn* txn = nullptr;
  result = mdb_txn_begin(env_, nullptr, 0, &txn);
  if (result != 0) return result;
  for (size_t i = 0; i < kTableCount && result == 0; ++i)
    result = mdb_dbi_open(txn, kTables[i].name, kTables[i].flags | MDB_CREATE, &tables_[i]);
  if (result == 0) return mdb_txn_commit(txn);
  mdb_txn_abort(txn);
  return result;
}

int Store::open_readers() {
  for (size_t i = 0; i < kReaders; ++i) {
    MDB_txn* txn = nullptr;
    const int result = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
    if (result != 0) return result;
    mdb_txn_reset(txn);
    idle_.push_back(txn);
  }
  return 0;
}

Store::~Store() {
  for (MDB_txn* txn : idle_) mdb_txn_abort(txn);
  if (env_) mdb_env_close(env_);
}

bool Txn::get(Table table, std::string_view key, std::string_view& value) {
  if (error_ != 0) return false;
  MDB_val name = to_val(key);
  MDB_val found{};
  const int result = mdb_get(txn_, store_.table(table), &name, &found);
  if (result == MDB_NOTFOUND) return false;
  if (result != 0) fail(result);
  value = to_view(found);
  return result == 0;
}

size_t Txn::pages(Table table) {
  MDB_stat stat{};
  if (error_ == 0) fail(mdb_stat(txn_, store_.table(table), &stat));
  return stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
}

size_t Txn::entries(Table table) {
  MDB_stat stat{};
  if (error_ == 0) fail(mdb_stat(txn_, store_.table(table), &stat));
  return stat.ms_entries;
}

ReadTxn::ReadTxn(Store& store) : Txn(store), owner_(store) {
  {
    std::unique_lock lock(store.mutex_);
    store.returned_.wait(lock, [&] { return !store.idle_.empty(); });
    txn_ = store.idle_.back();
    store.idle_.pop_back();
  }
  if (store.readers_) store.readers_->fetch_add(1, std::memory_order_seq_cst);
  fail(mdb_txn_renew(txn_));
  // LMDB takes the number first and then the newest pages: a thread that is interrupted in between
  // sees more than its number says. So what was written says itself who wrote it.
  MetaRecord meta{};
  if (get(Table::meta, kMetaKey, meta)) id_ = meta.transaction;
}

ReadTxn::~ReadTxn() {
  mdb_txn_reset(txn_);
  if (owner_.readers_) owner_.readers_->fetch_sub(1, std::memory_order_seq_cst);
  {
    const std::lock_guard lock(owner_.mutex_);
    owner_.idle_.push_back(txn_);
  }
  owner_.returned_.notify_one();
}

WriteTxn::WriteTxn(const Store& store) : Txn(store) {
  fail(mdb_txn_begin(store.env(), nullptr, 0, &txn_));
  if (error_ == 0) id_ = mdb_txn_id(txn_);
}

WriteTxn::~WriteTxn() {
  if (txn_) mdb_txn_abort(txn_);
}

void WriteTxn::put(Table table, std::string_view key, std::string_view value, unsigned flags) {
  if (error_ != 0) return;
  MDB_val name = to_val(key);
  MDB_val data = to_val(value);
  fail(mdb_put(txn_, store_.table(table), &name, &data, flags));
}

char* WriteTxn::reserve(Table table, std::string_view key, size_t size, unsigned flags) {
  if (error_ != 0) return nullptr;
  MDB_val name = to_val(key);
  MDB_val data{size, nullptr};
  fail(mdb_put(txn_, store_.table(table), &name, &data, flags | MDB_RESERVE));
  return error_ == 0 ? static_cast<char*>(data.mv_data) : nullptr;
}

bool WriteTxn::erase(Table table, std::string_view key) {
  if (error_ != 0) return false;
  MDB_val name = to_val(key);
  const int result = mdb_del(txn_, store_.table(table), &name, nullptr);
  if (result != 0 && result != MDB_NOTFOUND) fail(result);
  return result == 0;
}

bool WriteTxn::erase(Table table, std::string_view key, std::string_view value) {
  if (error_ != 0) return false;
  MDB_val name = to_val(key);
  MDB_val data = to_val(value);
  const int result = mdb_del(txn_, store_.table(table), &name, &data);
  if (result != 0 && result != MDB_NOTFOUND) fail(result);
  return result == 0;
}

int WriteTxn::commit() {
  MDB_txn* const txn = std::exchange(txn_, nullptr);
  if (error_ == 0) {
    fail(mdb_txn_commit(txn));
  } else if (txn) {
    mdb_txn_abort(txn);
  }
  return error_;
}

Cursor::Cursor(Txn& txn, Table table) : txn_(txn) {
  if (txn_.error_ == 0) txn_.fail(mdb_cursor_open(txn_.txn_, txn_.store_.table(table), &cursor_));
}

Cursor::~Cursor() {
  if (cursor_) mdb_cursor_close(cursor_);
}

bool Cursor::move(MDB_cursor_op op, std::string_view key) {
  if (txn_.error_ != 0) return false;
  MDB_val name = to_val(key);
  MDB_val data{};
  const int result = mdb_cursor_get(cursor_, &name, &data, op);
  if (result != 0 && result != MDB_NOTFOUND) txn_.fail(result);
  if (result != 0) return false;
  key_ = to_view(name);
  value_ = to_view(data);
  return true;
}

}  // namespace ws::channel::lmdb
