// One write of the shared state: what many calls asked for, in one transaction.
//
// Keeps the channels that it touches until commit(), numbers the events, and knows whom to wake.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "channel/lmdb_control.h"
#include "channel/lmdb_settings.h"
#include "channel/lmdb_store.h"

namespace ws::channel::lmdb {

// A channel as it is within a Writing.
struct ChannelEntry {
  ChannelRecord record{};
  std::string name;
  bool is_changed = false;
  bool is_erased = false;
  bool is_hinted = false;  // its listeners know of this transaction
};

// Boot and clock: a time in ms that goes on over reboots, not with the wall clock's jumps.
struct Times {
  uint64_t clock_ms;
  int64_t unix_ms;
};

// [any] one thread, with the gate. Errors stick, see lmdb_store.h.
class Writing {
 public:
  // families: somebody may listen to one.
  Writing(const Store& store, const LmdbSettings& settings, const Times& times,
          bool families = false);
  ~Writing();
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

  [[nodiscard]] WriteTxn& txn() noexcept { return txn_; }
  [[nodiscard]] MetaRecord& meta() noexcept { return meta_; }
  [[nodiscard]] const LmdbSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] uint64_t now_ms() const noexcept { return now_ms_; }
  [[nodiscard]] bool has_families() const noexcept { return families_; }
  [[nodiscard]] int64_t unix_ms() const noexcept { return times_.unix_ms; }

  // Pages of the state as a whole, and those in tables that hold no messages.
  [[nodiscard]] size_t page_count() const noexcept { return store_.page_count(); }
  [[nodiscard]] size_t message_pages();
  [[nodiscard]] size_t other_pages();

  // Null: there is none, or error().
  [[nodiscard]] ChannelEntry* find(std::string_view name);
  [[nodiscard]] ChannelEntry* find(uint64_t number);
  // Null: error().
  [[nodiscard]] ChannelEntry* create(std::string_view name);
  void erase(ChannelEntry& channel);

  // The place of an event that takes so many entries of the log.
  [[nodiscard]] uint64_t take_order(uint32_t parts);
  // The channel's listeners are to be woken for an event at this order. After a change of who
  // they are again.
  void hint(ChannelEntry& channel, uint64_t order);

  // 0, or why nothing was written. Hints are given just before; wake() rings.
  [[nodiscard]] int commit(Control& control);
  void wake(Control& control) const noexcept;

 private:
  void read_meta();
  void hint_listeners(const ChannelRecord& channel, uint64_t order);
  void write_changes();

  const Store& store_;
  const LmdbSettings& settings_;
  const Times times_;
  const bool families_;
  WriteTxn txn_;
  MetaRecord meta_{};
  bool is_new_ = false;
  uint64_t now_ms_ = 0;
  uint64_t next_order_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<ChannelEntry>> channels_;
  std::unordered_map<std::string_view, ChannelEntry*> names_;  // of those in channels_
  std::unordered_map<uint16_t, uint64_t> hints_;               // process: first order for it
};

}  // namespace ws::channel::lmdb
