// One write of the shared state.
#include "channel/lmdb_writing.h"

#include <algorithm>
#include <random>

#include "channel/channel_name.h"
#include "channel/lmdb_boot.h"

namespace ws::channel::lmdb {

namespace {

// Below 2^53, so that a client's JSON keeps it; the low bits count the channels.
uint64_t random_epoch() {
  std::random_device source;
  return (uint64_t{source()} << 20) + 1;
}

}  // namespace

Writing::Writing(const Store& store, const LmdbSettings& settings, const Times& times,
                 bool families)
    : store_(store), settings_(settings), times_(times), families_(families), txn_(store) {
  read_meta();
  next_order_ = first_order(txn_.id());
}

Writing::~Writing() = default;

void Writing::read_meta() {
  is_new_ = !txn_.get(Table::meta, kMetaKey, meta_);
  if (txn_.error() != 0) return;
  if (is_new_) {
    meta_.next_epoch = random_epoch();
    meta_.next_channel = 1;
    meta_.next_entry = 1;
    meta_.seat_key = random_seat_key();
    meta_.boot = this_boot();
  } else if (meta_.boot != this_boot()) {
    // The clock began anew: the state's time goes on where it stopped, and by what the wall clock
    // says has passed since.
    const uint64_t passed =
        times_.unix_ms > meta_.unix_ms
            ? static_cast<uint64_t>(times_.unix_ms) - static_cast<uint64_t>(meta_.unix_ms)
            : 0;
    meta_.time_shift_ms = static_cast<int64_t>(meta_.time_ms + passed - times_.clock_ms);
    meta_.boot = this_boot();
  }
  now_ms_ = times_.clock_ms + static_cast<uint64_t>(meta_.time_shift_ms);
}

size_t Writing::message_pages() { return txn_.pages(Table::log) + txn_.pages(Table::history); }

size_t Writing::other_pages() {
  size_t pages = 0;
  for (const Table table : {Table::names, Table::channels, Table::interest, Table::members,
                            Table::keys, Table::sessions, Table::processes, Table::seats})
    pages += txn_.pages(table);
  return pages;
}

ChannelEntry* Writing::find(std::string_view name) {
  if (const auto known = names_.find(name); known != names_.end())
    return known->second->is_erased ? nullptr : known->second;
  uint64_t number = 0;
  return txn_.get(Table::names, name, number) ? find(number) : nullptr;
}

ChannelEntry* Writing::find(uint64_t number) {
  if (const auto known = channels_.find(number); known != channels_.end())
    return known->second->is_erased ? nullptr : known->second.get();
  std::string_view value;
  if (!txn_.get(Table::channels, Key().add(number), value)) return nullptr;
  auto entry = std::make_unique<ChannelEntry>();
  if (!record_of(value, entry->record)) {
    txn_.fail(MDB_CORRUPTED);
    return nullptr;
  }
  entry->name = value.substr(sizeof(ChannelRecord));
  ChannelEntry& channel = *channels_.emplace(number, std::move(entry)).first->second;
  names_[channel.name] = &channel;
  return &channel;
}

ChannelEntry* Writing::create(std::string_view name) {
  if (ChannelEntry* const known = find(name)) return known;
  if (txn_.error() != 0) return nullptr;
  auto entry = std::make_unique<ChannelEntry>();
  entry->name = name;
  entry->record.number = meta_.next_channel++;
  entry->record.epoch = meta_.next_epoch++;
  entry->record.used_ms = now_ms_;
  entry->is_changed = true;
  txn_.put(Table::names, name, bytes_of(entry->record.number));
  ChannelEntry& channel = *channels_.emplace(entry->record.number, std::move(entry)).first->second;
  names_.erase(channel.name);
  names_.emplace(channel.name, &channel);
  return &channel;
}

void Writing::erase(ChannelEntry& channel) {
  txn_.erase(Table::names, channel.name);
  txn_.erase(Table::channels, Key().add(channel.record.number));
  channel.is_erased = true;
}

uint64_t Writing::take_order(uint32_t parts) {
  const uint64_t order = next_order_;
  next_order_ += parts;
  if (next_order_ > last_order(txn_.id())) txn_.fail(MDB_TXN_FULL);
  return order;
}

void Writing::hint(ChannelEntry& channel, uint64_t order) {
  if (channel.is_hinted) return;
  channel.is_hinted = true;
  hint_listeners(channel.record, order);
  if (!families_) return;
  for_each_family(channel.name, [&](std::string_view name) {
    if (const ChannelEntry* const family = find(name)) hint_listeners(family->record, order);
  });
}

void Writing::hint_listeners(const ChannelRecord& channel, uint64_t order) {
  if (channel.listeners == 0) return;
  const Key prefix = Key().add(channel.number);
  Cursor cursor(txn_, Table::interest);
  for (bool found = cursor.seek(prefix); found && cursor.key().starts_with(prefix);
       found = cursor.next())
    hints_.try_emplace(static_cast<uint16_t>(number_in(cursor.key(), 8, 2)), order);
}

void Writing::write_changes() {
  std::string value;
  for (const auto& [number, channel] : channels_) {
    if (!channel->is_changed || channel->is_erased) continue;
    value.assign(bytes_of(channel->record)).append(channel->name);
    txn_.put(Table::channels, Key().add(number), value);
  }
  meta_.transaction = txn_.id();
  meta_.time_ms = now_ms_;
  meta_.unix_ms = times_.unix_ms;
  txn_.put(Table::meta, kMetaKey, bytes_of(meta_));
}

int Writing::commit(Control& control) {
  const uint64_t transaction = txn_.id();
  write_changes();
  if (txn_.error() != 0) return txn_.commit();
  for (const auto& [process, order] : hints_) control.hint(process, order, transaction);
  const int error = txn_.commit();
  if (error == 0) control.set_newest(transaction);
  return error;
}

void Writing::wake(Control& control) const noexcept {
  for (const auto& [process, order] : hints_) control.ring(process);
}

}  // namespace ws::channel::lmdb
