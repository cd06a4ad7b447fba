// Waits for the right to write.
#include "channel/lmdb_gatekeeper.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "channel/lmdb_process.h"

namespace ws::channel::lmdb {

namespace {

// Waits are cut in slices: a process that is stopped just when it was woken would keep the wake-up.
constexpr uint32_t kSliceMs = 50;

}  // namespace

bool is_no_room(int error) noexcept {
  return error == MDB_MAP_FULL || error == MDB_TXN_FULL || error == ENOSPC || error == EDQUOT ||
         error == ENOMEM;
}

bool Gatekeeper::enter(Store* store, uint32_t timeout_ms) {
  const uint64_t begin = clock_.now_ms();
  uint64_t patience = settings_.stall_ms;
  for (;;) {
    switch (control_.enter(std::min(kSliceMs, timeout_ms))) {
      case Control::Gate::open:
        return true;
      case Control::Gate::broken:
        if (!std::exchange(is_broken_, true))
          log_.write(base::LogLevel::error,
                     "the channels' state: the lock of its writers is damaged");
        return false;
      case Control::Gate::timeout:
        break;
    }
    const uint64_t waited = clock_.now_ms() - begin;
    if (store && waited >= patience) {
      if (!end_stopped(*store, Blame::has_gate)) end_stopped(*store, Blame::wants_gate);
      patience += settings_.stall_ms;
    }
    if (waited >= timeout_ms) return false;
  }
}

void Gatekeeper::look_for_room(Store& store) {
  (void)mdb_reader_check(store.env(), nullptr);
  const uint64_t now = clock_.now_ms();
  if (full_since_ms_ == 0) full_since_ms_ = now;
  if (now - full_since_ms_ < settings_.stall_ms) return;
  full_since_ms_ = now;
  end_stopped(store, Blame::reads);
}

// True: there was one.
bool Gatekeeper::end_stopped(Store& store, Blame blame) {
  bool found_one = false;
  ReadTxn txn(store);
  Cursor cursor(txn, Table::processes);
  for (bool found = cursor.first(); found; found = cursor.next()) {
    const auto number = static_cast<uint16_t>(number_in(cursor.key(), 0, 2));
    ProcessRecord process{};
    if (number == control_.number() || !record_of(cursor.value(), process)) continue;
    const ProcessSlot& slot = control_.slot(number);
    const bool is_guilty = blame == Blame::reads ? slot.reading.load(std::memory_order_seq_cst) > 0
                                                 : slot.writing.load(std::memory_order_seq_cst) ==
                                                       (blame == Blame::has_gate ? 2u : 1u);
    if (!is_guilty || !kill_if_stopped(static_cast<pid_t>(process.pid), process.started)) continue;
    found_one = true;
    log_.write(base::LogLevel::error,
               "the channels' state: process " + std::to_string(process.pid) +
                   " is stopped while it " + (blame == Blame::reads ? "reads" : "writes") +
                   " what all others need: it was killed, so that they go on");
  }
  return found_one;
}

}  // namespace ws::channel::lmdb
