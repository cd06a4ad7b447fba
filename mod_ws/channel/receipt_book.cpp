// Receipts in memory.
#include "channel/receipt_book.h"

namespace ws::channel {

bool ReceiptBook::find(const Submission& submission, uint64_t now_ms, Receipt& receipt) const {
  if (submission.key.empty()) return false;
  const auto found = pages_.find(submission.key);
  if (found == pages_.end() || now_ms - found->second.time_ms > kReceiptMs) return false;
  if (found->second.digest == submission.digest) {
    receipt = found->second.receipt;
  } else {
    receipt.status = BusStatus::conflict;
  }
  receipt.is_replay = true;
  return true;
}

void ReceiptBook::keep(const Submission& submission, const Receipt& receipt, uint64_t now_ms) {
  if (submission.key.empty()) return;
  while (!ages_.empty() && (ages_.size() >= kMost ||
                            now_ms - pages_.find(ages_.front())->second.time_ms > kReceiptMs)) {
    pages_.erase(ages_.front());
    ages_.pop_front();
  }
  pages_[submission.key] = {now_ms, submission.digest, receipt};
  ages_.push_back(submission.key);
}

}  // namespace ws::channel
