// The receipts of those who submitted under a key, in memory: of one process, the newest only.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "channel/bus.h"

namespace ws::channel {

// Its user locks.
class ReceiptBook {
 public:
  // False: nobody has submitted under this key lately. Else the receipt of whoever did, or
  // `conflict` when that was something else.
  [[nodiscard]] bool find(const Submission& submission, uint64_t now_ms, Receipt& receipt) const;

  void keep(const Submission& submission, const Receipt& receipt, uint64_t now_ms);

 private:
  struct Page {
    uint64_t time_ms;
    std::array<unsigned char, 32> digest;
    Receipt receipt;
  };
  static constexpr uint64_t kReceiptMs = 10 * 60 * 1000;
  static constexpr size_t kMost = 10'000;

  std::unordered_map<std::string, Page> pages_;
  std::deque<std::string> ages_;  // keys, oldest first
};

}  // namespace ws::channel
