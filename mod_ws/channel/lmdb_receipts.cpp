// Receipts of those who submitted under a key.
#include "channel/lmdb_receipts.h"

#include <string>
#include <vector>

namespace ws::channel::lmdb {

namespace {

// Of the state's pages.
constexpr size_t kShare = 16;
// More than one that comes lets go.
constexpr size_t kDropAtOnce = 4;

bool is_over(const Writing& writing, uint64_t time_ms) {
  return writing.now_ms() > time_ms && writing.now_ms() - time_ms > kReceiptMs;
}

bool are_too_many(Writing& writing) {
  const size_t pages = writing.txn().pages(Table::receipts) + writing.txn().pages(Table::ages);
  return pages > writing.page_count() / kShare;
}

void drop_old(Writing& writing) {
  const bool any = are_too_many(writing);
  std::vector<std::string> ages;
  std::vector<std::string> keys;
  {
    Cursor cursor(writing.txn(), Table::ages);
    for (bool found = cursor.first(); found && ages.size() < kDropAtOnce; found = cursor.next()) {
      if (!any && !is_over(writing, number_in(cursor.key(), 0))) break;
      ages.emplace_back(cursor.key());
      keys.emplace_back(cursor.value());
    }
  }
  for (size_t i = 0; i < ages.size(); ++i) {
    writing.txn().erase(Table::ages, ages[i]);
    // The key may have a newer one.
    ReceiptRecord receipt{};
    if (writing.txn().get(Table::receipts, keys[i], receipt) &&
        receipt.time_ms == number_in(ages[i], 0))
      writing.txn().erase(Table::receipts, keys[i]);
  }
}

}  // namespace

bool find_receipt(Writing& writing, const Submission& submission, Receipt& receipt) {
  std::string_view value;
  if (submission.key.empty() || !writing.txn().get(Table::receipts, submission.key, value))
    return false;
  ReceiptRecord record{};
  if (!record_of(value, record)) {
    writing.txn().fail(MDB_CORRUPTED);
    return false;
  }
  if (is_over(writing, record.time_ms)) return false;
  receipt.is_replay = true;
  if (record.digest != submission.digest) {
    receipt.status = BusStatus::conflict;
    return true;
  }
  PlacedRecord placed{};
  for (value.remove_prefix(sizeof record); record_of(value, placed);
       value.remove_prefix(sizeof placed))
    receipt.placed.push_back({{placed.epoch, placed.offset}, placed.subscribers});
  if (receipt.placed.size() == submission.targets.size()) return true;
  writing.txn().fail(MDB_CORRUPTED);
  return false;
}

void keep_receipt(Writing& writing, const Submission& submission, const Receipt& receipt) {
  drop_old(writing);
  std::string value(bytes_of(ReceiptRecord{writing.now_ms(), submission.digest}));
  for (const Receipt::Placed& one : receipt.placed)
    value += bytes_of(PlacedRecord{one.position.epoch, one.position.offset, one.subscribers});
  writing.txn().put(Table::receipts, submission.key, value);
  writing.txn().put(Table::ages, Key(writing.now_ms(), writing.meta().next_entry++),
                    submission.key);
}

}  // namespace ws::channel::lmdb
