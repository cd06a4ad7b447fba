// What one loop hears of the log.
#include "channel/lmdb_reader.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "channel/channel_name.h"
#include "channel/lmdb_history.h"
#include "channel/lmdb_log.h"

namespace ws::channel::lmdb {

namespace {

// One read transaction does no more than this, so that it is short.
constexpr size_t kEntriesAtOnce = 4096;
constexpr size_t kBytesAtOnce = size_t{4} << 20;
constexpr size_t kReadsAtOnce = 16;
// What an event costs beside its payload.
constexpr size_t kEventCost = sizeof(Event) + 64;
constexpr size_t kKinAtMost = 65'536;

// The name by which the event was listened to.
std::string_view name_of(const Event& event) noexcept {
  return event.family ? event.family.view() : event.channel.view();
}

void skip(Cursor& cursor, const LogHeader& header) {
  for (uint16_t part = 1; part < header.parts; ++part) cursor.next();
}

uint64_t front_of(Txn& txn) {
  MetaRecord meta{};
  return txn.get(Table::meta, kMetaKey, meta) ? meta.live_front : 0;
}

}  // namespace

std::shared_ptr<Listening> Reader::listen(std::string_view name, uint64_t after) {
  auto& place = names_[std::string(name)];
  if (place) return nullptr;
  place = std::make_shared<Listening>();
  place->name = base::SharedBytes(name);
  place->after = after;
  place->is_family = is_family(name);
  return place;
}

std::shared_ptr<Listening> Reader::forget(std::string_view name) {
  const auto known = names_.find(std::string(name));
  if (known == names_.end()) return nullptr;
  std::shared_ptr<Listening> listening = std::move(known->second);
  names_.erase(known);
  const std::lock_guard lock(mutex_);
  listening->is_over = true;
  std::erase_if(inbox_, [name](const Event& event) { return name_of(event) == name; });
  return listening;
}

std::shared_ptr<Listening> Reader::find(std::string_view name) const {
  const auto known = names_.find(std::string(name));
  return known == names_.end() ? nullptr : known->second;
}

std::vector<std::string> Reader::names() const {
  std::vector<std::string> names;
  names.reserve(names_.size());
  for (const auto& [name, listening] : names_) names.push_back(name);
  return names;
}

bool Reader::receive(std::vector<Event>& events) {
  events.clear();
  std::vector<Answer> answers;
  bool was_blocked = false;
  is_woken_.store(false, std::memory_order_seq_cst);
  {
    const std::lock_guard lock(mutex_);
    events.swap(inbox_);
    answers.swap(answers_);
    inbox_bytes_ = 0;
    was_blocked = std::exchange(is_blocked_, false);
  }
  for (const Answer& answer : answers) answer.done(answer.status, answer.history);
  return was_blocked;
}

void Reader::detach() noexcept {
  {
    const std::lock_guard lock(listener_mutex_);
    listener_ = nullptr;
  }
  for (const auto& [name, listening] : names_) listening->is_over = true;
  const std::lock_guard lock(mutex_);
  inbox_.clear();
  answers_.clear();
}

void Reader::wake() {
  if (!std::exchange(has_news_, false)) return;
  if (is_woken_.exchange(true, std::memory_order_seq_cst)) return;
  const std::lock_guard lock(listener_mutex_);
  if (listener_) listener_->wake();
}

bool Reader::has_room() noexcept {
  const std::lock_guard lock(mutex_);
  is_blocked_ = inbox_bytes_ >= settings_.waiting_bytes;
  return !is_blocked_;
}

void Reader::expect(uint64_t order) noexcept {
  const uint64_t from = std::max(order, through_ + 1);
  if (from_ == 0 || from < from_) from_ = from;
}

void Reader::add(Listening& listening, Event event) {
  found_bytes_ += event.payload.size() + kEventCost;
  found_.push_back({active_[listening.channel.number], std::move(event)});
}

void Reader::add_gap(Listening& listening, uint64_t offset, uint64_t order) {
  Event gap;
  gap.kind = Event::Kind::gap;
  gap.channel = listening.name;
  if (!listening.is_family) gap.position = {listening.channel.epoch, offset};
  gap.order = order;
  gap.time_ms = base::unix_time_ms();
  listening.seen = offset;
  add(listening, std::move(gap));
}

void Reader::take(Listening& listening, Event event) {
  const uint64_t offset = event.position.offset;
  event.channel = listening.name;
  event.position.epoch = listening.channel.epoch;
  const uint64_t before = event.kind == Event::Kind::message ? offset - 1 : offset;
  if (listening.seen != before) add_gap(listening, before, event.order - 1);
  listening.seen = offset;
  add(listening, std::move(event));
}

void Reader::drop_found() noexcept {
  found_.clear();
  found_bytes_ = 0;
}

void Reader::hand_over() {
  if (found_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    for (Found& found : found_)
      if (!found.listening->is_over) inbox_.push_back(std::move(found.event));
    inbox_bytes_ += found_bytes_;
  }
  has_news_ = true;
  drop_found();
}

void Reader::answer(const HistoryDone& done, BusStatus status, History history) {
  size_t bytes = 0;
  for (const Event& event : history.messages) bytes += event.payload.size() + kEventCost;
  {
    const std::lock_guard lock(mutex_);
    answers_.push_back({done, status, std::move(history)});
    inbox_bytes_ += bytes;
  }
  has_news_ = true;
}

void Reader::activate(Txn& txn, const std::shared_ptr<Listening>& listening, ChannelId channel) {
  if (listening->is_over || listening->is_active) return;
  ChannelRecord record{};
  if (!txn.get(Table::channels, Key().add(channel.number), record)) return;
  listening->channel = channel;
  active_[channel.number] = listening;
  forget_kin(*listening);
  if (listening->is_family || record.message_order > listening->after ||
      record.other_order > listening->after)
    catch_up(txn, *listening);
  if (txn.error() != 0) return drop_found();
  listening->is_active = true;
  listening->seen = record.offset;
  listening->through = last_order(txn.id());
  hand_over();
  for (HistoryRead& read : std::exchange(listening->reads, {})) read_later(std::move(read));
}

// What was published between listen() and the state's knowing of it.
void Reader::catch_up(Txn& txn, Listening& listening) {
  const uint64_t front = front_of(txn);
  uint64_t from = listening.after + 1;
  bool is_known = false;
  if (front >= from) {
    ChannelRecord record{};
    if (!txn.get(Table::channels, Key().add(listening.channel.number), record)) return;
    add_gap(listening, record.offset, front);
    from = front + 1;
  }
  Cursor cursor(txn, Table::log);
  for (bool found = cursor.seek(order_key(from)); found && txn.error() == 0;
       found = cursor.next()) {
    LogHeader header{};
    if (!read_header(cursor, header)) return txn.fail(MDB_CORRUPTED);
    const Kin* const kin = listening.is_family ? kin_for(txn, header) : nullptr;
    if (kin && std::ranges::find(kin->families, &listening, &std::shared_ptr<Listening>::get) !=
                   kin->families.end()) {
      Event event;
      if (!read_event(cursor, header, event)) return txn.fail(MDB_CORRUPTED);
      take_for_family(listening, *kin, event);
    } else if (header.channel != listening.channel.number) {
      skip(cursor, header);
    } else {
      Event event;
      if (!read_event(cursor, header, event)) return txn.fail(MDB_CORRUPTED);
      if (!std::exchange(is_known, true))
        listening.seen = event.kind == Event::Kind::message ? header.offset - 1 : header.offset;
      take(listening, std::move(event));
    }
  }
}

// The cursor's entry, for those who listen to the channel and who have not had it; it moves on to
// the entry's last part.
void Reader::take_entry(Txn& txn, Cursor& cursor, const LogHeader& header) {
  const uint64_t order = order_of(cursor.key());
  const auto active = active_.find(header.channel);
  Listening* const named =
      active != active_.end() && order > active->second->through ? active->second.get() : nullptr;
  const Kin* const kin = kin_for(txn, header);
  const auto wants = [order](const auto& family) { return order > family->through; };
  if (!named && !(kin && std::ranges::any_of(kin->families, wants))) return skip(cursor, header);
  Event event;
  if (!read_event(cursor, header, event)) return txn.fail(MDB_CORRUPTED);
  if (kin)
    for (const auto& family : kin->families)
      if (wants(family)) take_for_family(*family, *kin, event);
  if (named) take(*named, std::move(event));
}

void Reader::deactivate(const std::shared_ptr<Listening>& listening) {
  const auto active = active_.find(listening->channel.number);
  if (active != active_.end() && active->second == listening) {
    active_.erase(active);
    forget_kin(*listening);
  }
  for (const HistoryRead& read : std::exchange(listening->reads, {}))
    answer(read.done, BusStatus::gone, {});
}

void Reader::take_for_family(Listening& family, const Kin& kin, Event event) {
  event.channel = kin.name;
  event.family = family.name;
  event.position.epoch = kin.epoch;
  add(family, std::move(event));
}

// Null: nobody listens to a family that would get this.
const Reader::Kin* Reader::kin_for(Txn& txn, const LogHeader& header) {
  if (family_count_ == 0 || header.kind != static_cast<uint8_t>(Event::Kind::message))
    return nullptr;
  if (const auto known = kin_.find(header.channel); known != kin_.end()) return &known->second;
  std::string_view value;
  ChannelRecord record{};
  if (!txn.get(Table::channels, Key().add(header.channel), value) || !record_of(value, record))
    return nullptr;
  if (kin_.size() >= kKinAtMost) kin_.clear();
  Kin& kin = kin_[header.channel];
  kin.name = base::SharedBytes(value.substr(sizeof record));
  kin.epoch = record.epoch;
  for_each_family(kin.name.view(), [&](std::string_view name) {
    for (const auto& [number, listening] : active_)
      if (listening->is_family && listening->name.view() == name) kin.families.push_back(listening);
  });
  return &kin;
}

// After a change of who listens.
void Reader::forget_kin(const Listening& listening) noexcept {
  if (!listening.is_family) return;
  kin_.clear();
  family_count_ = static_cast<size_t>(
      std::ranges::count_if(active_, [](const auto& active) { return active.second->is_family; }));
}

bool Reader::read(Txn& txn, uint64_t clock_ms, std::vector<HistoryRead>& unknown) {
  if (txn.error() == 0 && from_ != 0 && has_room()) scan(txn);
  if (txn.error() != 0) return false;
  for (size_t i = 0; i < kReadsAtOnce && !reads_.empty() && has_room(); ++i)
    answer_one(txn, clock_ms, unknown);
  return is_due();
}

void Reader::scan(Txn& txn) {
  const uint64_t front = front_of(txn);
  if (front >= from_) {
    recover(txn, front);
    if (txn.error() != 0) return hand_over();
    from_ = front + 1;
    has_fallen_behind_ = true;
  }
  const uint64_t begin = from_;
  size_t entries = 0;
  bool is_done = true;
  {
    Cursor cursor(txn, Table::log);
    for (bool found = cursor.seek(order_key(begin)); found; found = cursor.next()) {
      if (++entries > kEntriesAtOnce || found_bytes_ > kBytesAtOnce) {
        is_done = false;
        break;
      }
      LogHeader header{};
      const uint64_t order = order_of(cursor.key());
      if (!read_header(cursor, header)) txn.fail(MDB_CORRUPTED);
      if (txn.error() == 0) take_entry(txn, cursor, header);
      if (txn.error() != 0) break;
      from_ = order + header.parts;
    }
  }
  if (is_done && txn.error() == 0) {
    through_ = last_order(txn.id());
    from_ = 0;
    if (std::exchange(has_fallen_behind_, false)) look_for_gaps(txn);
  } else {
    through_ = from_ - 1;
  }
  hand_over();
}

// The log up to `front` is gone before this loop read it: what is kept can be had.
void Reader::recover(Txn& txn, uint64_t front) {
  for (const auto& [number, listening] : active_)
    if (listening->through < front) recover(txn, *listening, front);
}

void Reader::recover(Txn& txn, Listening& listening, uint64_t front) {
  if (listening.is_family) return add_gap(listening, 0, front);
  const uint64_t number = listening.channel.number;
  ChannelRecord record{};
  if (!txn.get(Table::channels, Key().add(number), record)) return;
  Cursor cursor(txn, Table::history);
  KeptRecord kept{};
  for (bool found = cursor.seek(Key(number, listening.seen + 1));
       found && number_in(cursor.key(), 0) == number && record_of(cursor.value(), kept) &&
       kept.order <= front;
       found = cursor.next()) {
    Event event;
    if (!read_message(txn, record, number_in(cursor.key(), 8), kept.order, event)) return;
    take(listening, std::move(event));
  }
  // Whoever came or went: only the last is known.
  if (record.other_order >= from_) add_gap(listening, listening.seen, front);
}

// After a part of the log was missed: channels whose last messages were in it.
void Reader::look_for_gaps(Txn& txn) {
  for (const auto& [number, listening] : active_) {
    ChannelRecord record{};
    if (!txn.get(Table::channels, Key().add(number), record)) continue;
    if (listening->seen != record.offset) add_gap(*listening, record.offset, through_);
  }
}

void Reader::answer_one(Txn& txn, uint64_t clock_ms, std::vector<HistoryRead>& unknown) {
  HistoryRead read = std::move(reads_.front());
  reads_.pop_front();
  uint64_t number = 0;
  ChannelRecord record{};
  MetaRecord meta{};
  History history;
  if (!txn.get(Table::names, read.channel.view(), number) ||
      !txn.get(Table::channels, Key().add(number), record) ||
      !txn.get(Table::meta, kMetaKey, meta)) {
    if (txn.error() == 0) return unknown.push_back(std::move(read));
  } else if (read_history(txn, record, read.channel, read.query,
                          clock_ms + static_cast<uint64_t>(meta.time_shift_ms), history)) {
    return answer(read.done, BusStatus::ok, std::move(history));
  }
  answer(read.done, BusStatus::unavailable, {});
}

}  // namespace ws::channel::lmdb
