// Which messages of the log are kept.
#include "channel/lmdb_history.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace ws::channel::lmdb {

namespace {

bool is_expired(const ChannelRecord& channel, const KeptRecord& kept, uint64_t now_ms) noexcept {
  return now_ms > kept.time_ms && now_ms - kept.time_ms > channel.keep_age_ms;
}

// Of the channel and the offset or after.
bool find_kept(Cursor& cursor, uint64_t channel, uint64_t offset, KeptRecord& kept) {
  return cursor.seek(Key(channel, offset)) && number_in(cursor.key(), 0) == channel &&
         record_of(cursor.value(), kept);
}

void drop_oldest(Writing& writing, ChannelEntry& channel, const KeptRecord& kept) {
  MetaRecord& meta = writing.meta();
  ChannelRecord& record = channel.record;
  const uint64_t offset = record.first_kept;
  writing.txn().erase(Table::history, Key(record.number, offset));
  record.complete_after = std::max(record.complete_after, offset);
  record.kept_bytes -= std::min(record.kept_bytes, kept.cost);
  --record.kept_count;
  channel.is_changed = true;
  meta.kept_bytes -= std::min(meta.kept_bytes, kept.cost);
  if (kept.order > meta.live_front) {
    meta.live_bytes += kept.cost;
  } else {
    LogHeader header{};
    if (writing.txn().get(Table::log, order_key(kept.order), header))
      erase_event(writing, kept.order, header.parts);
  }
  KeptRecord next{};
  Cursor cursor(writing.txn(), Table::history);
  record.first_kept = record.kept_count > 0 && find_kept(cursor, record.number, offset + 1, next)
                          ? number_in(cursor.key(), 8)
                          : 0;
  if (record.first_kept == 0) record.kept_count = 0;
}

// The oldest is dropped while this says so.
template <class Wanted>
void drop_while(Writing& writing, ChannelEntry& channel, Wanted wanted) {
  while (channel.record.first_kept != 0) {
    KeptRecord kept{};
    if (!writing.txn().get(Table::history, Key(channel.record.number, channel.record.first_kept),
                           kept)) {
      writing.txn().fail(MDB_CORRUPTED);
      return;
    }
    if (!wanted(kept)) return;
    drop_oldest(writing, channel, kept);
    if (writing.txn().error() != 0) return;
  }
}

}  // namespace

void keep(Writing& writing, ChannelEntry& channel, const std::optional<Keep>& policy,
          const Place& place) {
  ChannelRecord& record = channel.record;
  const LmdbSettings& caps = writing.settings();
  channel.is_changed = true;
  if (policy) {
    record.keep_count = std::min(policy->count, caps.history_count);
    record.keep_age_ms =
        policy->age_ms == 0 ? caps.history_age_ms : std::min(policy->age_ms, caps.history_age_ms);
  }
  if (policy && record.keep_count > 0 && place.cost <= caps.history_bytes) {
    const KeptRecord kept{place.order, writing.now_ms(), place.cost};
    writing.txn().put(Table::history, Key(record.number, record.offset), bytes_of(kept));
    if (record.first_kept == 0) record.first_kept = record.offset;
    ++record.kept_count;
    record.kept_bytes += place.cost;
    writing.meta().kept_bytes += place.cost;
    writing.meta().live_bytes -= std::min(writing.meta().live_bytes, place.cost);
  } else {
    record.complete_after = record.offset;
  }
  if (policy) trim_history(writing, channel);
}

void trim_history(Writing& writing, ChannelEntry& channel) {
  const ChannelRecord& record = channel.record;
  drop_while(writing, channel, [&](const KeptRecord& oldest) {
    return record.kept_count > record.keep_count ||
           record.kept_bytes > writing.settings().history_bytes ||
           is_expired(record, oldest, writing.now_ms());
  });
}

void drop_until(Writing& writing, ChannelEntry& channel, uint64_t offset) {
  drop_while(writing, channel,
             [&](const KeptRecord&) { return channel.record.first_kept <= offset; });
}

bool read_message(Txn& txn, const ChannelRecord& channel, uint64_t offset, uint64_t order,
                  Event& event) {
  LogHeader header{};
  Cursor cursor(txn, Table::log);
  if (!cursor.find(order_key(order))) return false;
  if (!read_header(cursor, header) || header.channel != channel.number || header.offset != offset ||
      !read_event(cursor, header, event)) {
    txn.fail(MDB_CORRUPTED);
    return false;
  }
  event.position.epoch = channel.epoch;
  return true;
}

bool read_history(Txn& txn, const ChannelRecord& channel, const base::SharedBytes& name,
                  const HistoryQuery& query, uint64_t now_ms, History& history) {
  history.position = {channel.epoch, channel.offset};
  history.order = last_order(txn.id());
  const auto& since = query.since;
  bool recovered = since && since->epoch == channel.epoch && since->offset <= channel.offset &&
                   since->offset >= channel.complete_after;
  const uint64_t missed = recovered ? channel.offset - since->offset : 0;
  if (query.limit != 0 && missed > query.limit) recovered = false;

  // Newest first: offsets and orders.
  std::vector<std::pair<uint64_t, uint64_t>> kept_ones;
  {
    Cursor cursor(txn, Table::history);
    KeptRecord kept{};
    const bool at_next = cursor.seek(Key(channel.number + 1, 0));
    for (bool found = at_next ? cursor.previous() : cursor.last();
         found && number_in(cursor.key(), 0) == channel.number && record_of(cursor.value(), kept);
         found = cursor.previous()) {
      if (is_expired(channel, kept, now_ms)) {
        if (recovered && kept_ones.size() < missed) recovered = false;
        break;
      }
      if (recovered && kept_ones.size() == missed) break;
      if (!recovered && query.limit != 0 && kept_ones.size() == query.limit) break;
      kept_ones.emplace_back(number_in(cursor.key(), 8), kept.order);
    }
  }
  if (recovered && kept_ones.size() < missed) {
    txn.fail(MDB_CORRUPTED);
    return false;
  }
  history.recovered = recovered;
  history.messages.reserve(kept_ones.size());
  for (auto one = kept_ones.rbegin(); one != kept_ones.rend(); ++one) {
    Event event;
    if (!read_message(txn, channel, one->first, one->second, event)) {
      txn.fail(MDB_CORRUPTED);
      return false;
    }
    event.channel = name;
    history.messages.push_back(std::move(event));
  }
  return txn.error() == 0;
}

}  // namespace ws::channel::lmdb
