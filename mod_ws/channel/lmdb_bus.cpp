// The bus of one machine.
#include "channel/lmdb_bus.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

#include "channel/channel_name.h"
#include "channel/lmdb_directory.h"
#include "channel/lmdb_history.h"

namespace ws::channel {

using lmdb::ChannelId;
using lmdb::is_no_room;
using lmdb::Key;
using lmdb::Operation;
using lmdb::Table;

namespace {

constexpr size_t kSmallest = size_t{1} << 20;
constexpr size_t kMaxListeners = 16;
constexpr size_t kMaxChannel = 511;  // LMDB's longest key
constexpr size_t kMaxKey = 255;
constexpr uint32_t kOpenMs = 15'000;
constexpr uint32_t kStopMs = 2'000;

thread_local const LmdbBus* holder_of_this_thread = nullptr;

LmdbSettings checked(LmdbSettings settings) {
  settings.size = std::max(settings.size, kSmallest);
  return settings;
}

bool is_name(std::string_view channel) noexcept {
  return !channel.empty() && channel.size() <= kMaxChannel;
}

}  // namespace

LmdbBus::LmdbBus(const LmdbSettings& settings, base::Log& log, const base::Clock& clock)
    : settings_(checked(settings)), log_(log), clock_(clock) {}

std::unique_ptr<LmdbBus> LmdbBus::open(const LmdbSettings& settings, base::Log& log,
                                       const base::Clock& clock, std::string& error) {
  std::unique_ptr<LmdbBus> bus(new LmdbBus(settings, log, clock));
  if (bus->open(error)) return bus;
  error = "the channels' state in " + settings.directory + " cannot be used: " + error;
  return nullptr;
}

std::unique_ptr<LmdbBus> LmdbBus::join(const std::string& directory, base::Log& log,
                                       const base::Clock& clock, std::string& error) {
  const auto failed = [&] {
    error = "the channels' state in " + directory + " cannot be used: " + error;
    return nullptr;
  };
  if (!lmdb::has_state(directory)) {
    error = "there is none";
    return failed();
  }
  const lmdb::OpenLock lock(directory, error);
  lmdb::FoundState found;
  if (!lock || !lmdb::find_state(directory, found, error)) return failed();
  LmdbSettings settings;
  settings.directory = directory;
  settings.size = found.size;
  settings.sync = found.synced;
  settings.history_count = std::numeric_limits<uint32_t>::max();
  settings.history_age_ms = std::numeric_limits<uint32_t>::max();
  settings.history_bytes = std::numeric_limits<size_t>::max();
  std::unique_ptr<LmdbBus> bus(new LmdbBus(settings, log, clock));
  if (!bus->open_state(found.path, error)) return failed();
  return bus;
}

bool LmdbBus::open(std::string& error) {
  const lmdb::OpenLock lock(settings_.directory, error);
  std::string path;
  if (!lock || !lmdb::take_state(settings_.directory, log_, path, error)) return false;
  if (!settings_.sync && !lmdb::describe_state(path, false, error)) return false;
  return open_state(path, error);
}

// With the OpenLock.
bool LmdbBus::open_state(const std::string& path, std::string& error) {
  control_ = lmdb::Control::open(path + "/control", error);
  if (!control_) {
    error = "control: " + error;
    return false;
  }
  gatekeeper_ = std::make_unique<lmdb::Gatekeeper>(*control_, settings_, log_, clock_);
  if (!gatekeeper_->enter(nullptr, kOpenMs)) {
    error = "another process keeps it locked";
    return false;
  }
  const size_t size = control_->agree_on_size(settings_.size);
  if (size != settings_.size)
    log_.write(base::LogLevel::info,
               "the channels' state keeps its size until all children have ended");
  store_ = lmdb::Store::open(path, size, settings_.sync, error);
  gatekeeper_->leave();
  if (!store_ || !sync(path, error)) return false;
  writer_ =
      std::make_unique<lmdb::Writer>(*store_, *control_, *gatekeeper_, settings_, log_, clock_);
  ear_ = std::make_unique<lmdb::Ear>(*store_, *control_, *writer_, settings_, log_, clock_);
  return register_process(error);
}

// The file gets its full length, with holes: then LMDB never reads behind its end.
bool LmdbBus::sync(const std::string& path, std::string& error) {
  const std::string data = path + "/data.mdb";
  const auto size = static_cast<off_t>(store_->page_count() * store_->page_size());
  struct stat facts {};
  int result = stat(data.c_str(), &facts);
  if (result == 0 && facts.st_size < size) result = truncate(data.c_str(), size);
  if (result != 0) {
    error = data + ": " + std::strerror(errno);
    return false;
  }
  if (!settings_.sync) return true;
  if (const int failed = mdb_env_sync(store_->env(), 1); failed != 0) {
    error = data + ": " + mdb_strerror(failed);
    return false;
  }
  return lmdb::describe_state(path, true, error);
}

bool LmdbBus::register_process(std::string& error) {
  const uint64_t deadline = clock_.now_ms() + kOpenMs;
  for (;;) {
    if (!gatekeeper_->enter(store_.get(), kOpenMs)) {
      error = "another process keeps it locked";
      return false;
    }
    const int failed = register_number();
    if (is_no_room(failed)) gatekeeper_->look_for_room(*store_);
    gatekeeper_->leave();
    if (failed == 0) break;
    if (!is_no_room(failed) || clock_.now_ms() >= deadline) {
      error = failed == EUSERS ? "it has no room for another process" : mdb_strerror(failed);
      return false;
    }
    const timespec pause{0, 50'000'000};
    nanosleep(&pause, nullptr);
  }
  gatekeeper_->note_room();
  writer_->look_for_dead();
  return true;
}

// With the gate.
int LmdbBus::register_number() {
  lmdb::Writing writing(*store_, settings_, lmdb::times_now(clock_));
  if (process() == 0) {
    const uint16_t number = control_->claim([&](uint16_t candidate) {
      lmdb::ProcessRecord known{};
      return !writing.txn().get(Table::processes, Key().add(candidate), known);
    });
    if (number == 0) return EUSERS;
    store_->count_readers_in(control_->own().reading);
  }
  const lmdb::ProcessRecord record{control_->own().started, control_->own().pid, 0};
  writing.txn().put(Table::processes, Key().add(process()), lmdb::bytes_of(record));
  seats_ = std::make_unique<lmdb::SeatTaker>(*store_, *writer_, process(), writing.meta().seat_key,
                                             log_, clock_);
  return writing.commit(*control_);
}

LmdbBus::~LmdbBus() {
  if (ear_) ear_->stop();
  if (writer_ && control_->number() != 0) writer_->stop(kStopMs);
}

BusStatus LmdbBus::submit(Operation::Kind kind, std::string_view channel, std::string_view content,
                          SessionId session, std::string_view info) {
  Operation operation;
  operation.kind = kind;
  operation.channel = channel;
  operation.content = content;
  operation.session = session;
  operation.info = info;
  return writer_->submit(std::move(operation));
}

bool LmdbBus::has_room_for(std::string_view channel) {
  if (!is_name(channel)) return false;
  if (!control_->is_crowded()) return true;
  lmdb::ReadTxn txn(*store_);
  uint64_t number = 0;
  if (txn.get(Table::names, channel, number)) return true;
  writer_->ask_for_room();
  return false;
}

Published LmdbBus::publish(std::string_view channel, protocol::MessageType type,
                           std::string_view payload, SessionId except,
                           const std::optional<Keep>& keep) {
  if (!has_room_for(channel)) return {BusStatus::full, {}};
  Operation operation;
  operation.channel = channel;
  operation.type = type;
  operation.content = payload;
  operation.session = except;
  operation.keep = keep;
  return {writer_->submit(std::move(operation), holder_of_this_thread == this), {}};
}

Receipt LmdbBus::submit(const Submission& submission, uint32_t timeout_ms) {
  // One with a key may have been published already.
  for (const Submission::Target& target : submission.targets)
    if (!is_name(target.channel) || (submission.key.empty() && !has_room_for(target.channel)))
      return {BusStatus::full, false, {}};
  Operation operation;
  operation.kind = Operation::Kind::submit;
  operation.submission = std::make_shared<const Submission>(submission);
  return writer_->submit_and_wait(std::move(operation), timeout_ms).receipt;
}

Cleared LmdbBus::clear(std::string_view channel, uint32_t timeout_ms) {
  if (!is_name(channel)) return {};
  Operation operation;
  operation.kind = Operation::Kind::clear;
  operation.channel = channel;
  const lmdb::Outcome outcome = writer_->submit_and_wait(std::move(operation), timeout_ms);
  Cleared cleared{outcome.receipt.status, {}, outcome.removed};
  if (!outcome.receipt.placed.empty()) cleared.position = outcome.receipt.placed.front().position;
  return cleared;
}

void LmdbBus::hold() noexcept {
  holder_of_this_thread = this;
  writer_->hold();
}

void LmdbBus::release() noexcept {
  holder_of_this_thread = nullptr;
  writer_->release();
}

BusStatus LmdbBus::control(std::string_view channel, std::string_view payload) {
  if (!is_name(channel)) return BusStatus::full;
  return submit(Operation::Kind::control, channel, payload);
}

BusStatus LmdbBus::control_and_wait(std::string_view channel, std::string_view payload,
                                    uint32_t timeout_ms) {
  if (!is_name(channel)) return BusStatus::full;
  Operation operation;
  operation.kind = Operation::Kind::control;
  operation.channel = channel;
  operation.content = payload;
  return writer_->submit_and_wait(std::move(operation), timeout_ms).receipt.status;
}

const LmdbBus::ReaderPointer& LmdbBus::reader_of(const Listener& listener) const noexcept {
  return *std::ranges::find_if(readers_,
                               [&](const auto& reader) { return reader->is_of(listener); });
}

void LmdbBus::add(Listener& listener) {
  if (readers_.size() == kMaxListeners) throw std::length_error("more than 16 listeners");
  readers_.push_back(ear_->add(listener));
}

void LmdbBus::remove(Listener& listener) noexcept {
  const auto place =
      std::ranges::find_if(readers_, [&](const auto& reader) { return reader->is_of(listener); });
  if (place == readers_.end()) return;
  ear_->remove(*place);
  for (const std::string& name : (*place)->names()) drop_interest(name);
  readers_.erase(place);
}

BusStatus LmdbBus::listen(Listener& listener, std::string_view channel) {
  if (!is_name(channel)) return BusStatus::full;
  const ReaderPointer& reader = reader_of(listener);
  const std::lock_guard lock(mutex_);
  if (reader->find(channel)) return BusStatus::ok;
  if (is_family(channel)) control_->note_family();
  const bool is_first = !interest_.contains(std::string(channel));
  if (is_first && !has_room_for(channel)) return BusStatus::full;
  const auto listening = reader->listen(channel, lmdb::last_order(control_->newest()));
  Operation operation;
  operation.kind = Operation::Kind::listen;
  operation.channel = channel;
  operation.done = [this, reader, listening](BusStatus status, ChannelId id) {
    ear_->activate(reader, listening, status, id);
  };
  const BusStatus status = writer_->submit(std::move(operation));
  if (status != BusStatus::ok) {
    reader->forget(channel);
    return status;
  }
  ++interest_[std::string(channel)].listeners;
  update_active();
  return status;
}

void LmdbBus::forget(Listener& listener, std::string_view channel) noexcept {
  const ReaderPointer& reader = reader_of(listener);
  const auto listening = reader->forget(channel);
  if (!listening) return;
  ear_->deactivate(reader, listening);
  drop_interest(std::string(channel));
}

void LmdbBus::drop_interest(const std::string& channel) {
  const std::lock_guard lock(mutex_);
  const auto known = interest_.find(channel);
  if (known == interest_.end() || --known->second.listeners > 0) return;
  interest_.erase(known);
  (void)submit(Operation::Kind::forget, channel);
  update_active();
}

void LmdbBus::change_audience(std::string_view channel, int64_t change) {
  const std::lock_guard lock(mutex_);
  const auto known = interest_.find(std::string(channel));
  if (known == interest_.end()) return;
  known->second.sessions += change;
  Operation operation;
  operation.kind = Operation::Kind::audience;
  operation.channel = channel;
  operation.audience = static_cast<uint32_t>(known->second.sessions);
  (void)writer_->submit(std::move(operation), holder_of_this_thread == this);
}

// With the mutex.
void LmdbBus::update_active() {
  writer_->set_active(!interest_.empty() || !members_.empty() || seats_->has_any());
}

uint64_t LmdbBus::order(Listener&, std::string_view) {
  return lmdb::last_order(control_->newest());
}

void LmdbBus::receive(Listener& listener, std::vector<Event>& events) {
  if (reader_of(listener)->receive(events)) ear_->go_on();
}

void LmdbBus::read(Listener& listener, std::string_view channel, const HistoryQuery& query,
                   HistoryDone done) {
  if (!is_name(channel)) return done(BusStatus::full, {});
  const ReaderPointer& reader = reader_of(listener);
  const auto listening = reader->find(channel);
  const auto name = listening ? listening->name : base::SharedBytes(channel);
  ear_->read(reader, listening, {name, query, std::move(done)});
}

BusStatus LmdbBus::enter(std::string_view channel, SessionId session, std::string_view key,
                         std::string_view info) {
  if (!is_name(channel) || key.size() > kMaxKey) return BusStatus::full;
  const std::lock_guard lock(mutex_);
  lmdb::OwnMembers& own = members_[std::string(channel)];
  const auto known = own.find(session);
  BusStatus status = BusStatus::ok;
  if (known != own.end() && known->second.key != key) {
    status = BusStatus::conflict;
  } else if (known == own.end() && control_->is_crowded()) {
    writer_->ask_for_room();
    status = BusStatus::full;
  } else {
    status = submit(Operation::Kind::enter, channel, key, session, info);
  }
  if (status == BusStatus::ok) own[session] = {std::string(key), std::string(info)};
  if (own.empty()) members_.erase(std::string(channel));
  update_active();
  return status;
}

bool LmdbBus::leave(std::string_view channel, SessionId session) {
  const std::lock_guard lock(mutex_);
  const auto own = members_.find(std::string(channel));
  if (own == members_.end() || own->second.erase(session) == 0) return false;
  if (own->second.empty()) members_.erase(own);
  (void)submit(Operation::Kind::leave, channel, {}, session);
  update_active();
  return true;
}

BusStatus LmdbBus::members(std::string_view channel, std::vector<Member>& members) {
  if (!is_name(channel)) return BusStatus::ok;
  lmdb::OwnMembers own;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = members_.find(std::string(channel)); known != members_.end())
      own = known->second;
  }
  lmdb::ReadTxn txn(*store_);
  uint64_t number = 0;
  lmdb::ChannelRecord record{};
  if (txn.get(Table::names, channel, number))
    (void)txn.get(Table::channels, Key().add(number), record);
  lmdb::read_members(txn, record, process(), own, members);
  return txn.error() == 0 ? BusStatus::ok : BusStatus::unavailable;
}

BusStatus LmdbBus::count(std::string_view channel, MemberCount& count) {
  count = {};
  if (!is_name(channel)) return BusStatus::ok;
  lmdb::ReadTxn txn(*store_);
  uint64_t number = 0;
  lmdb::ChannelRecord record{};
  if (txn.get(Table::names, channel, number) && txn.get(Table::channels, Key().add(number), record))
    count = {record.keys, record.sessions};
  return txn.error() == 0 ? BusStatus::ok : BusStatus::unavailable;
}

uint64_t LmdbBus::number_of(SeatKind kind, std::string_view what) const {
  return seat_number(seats_->key(), kind, what);
}

std::optional<SeatKind> LmdbBus::take_seats(const SeatRequests& requests) {
  const std::optional<SeatKind> full = seats_->take(requests);
  const std::lock_guard lock(mutex_);
  update_active();
  return full;
}

std::optional<SeatKind> LmdbBus::find_full(const SeatRequests& requests) {
  return seats_->find_full(requests);
}

// Without memory they stay taken until this process ends.
void LmdbBus::give_back(const SeatNumbers& seats) noexcept {
  try {
    seats_->give_back(seats, holder_of_this_thread == this);
    const std::lock_guard lock(mutex_);
    update_active();
  } catch (const std::bad_alloc&) {
    log_.write(base::LogLevel::error, "no memory to note that a connection has ended");
  }
}

BusStatus LmdbBus::describe(std::string_view channel, ChannelFacts& facts) {
  facts = {std::string(channel), {}, 0, 0, {}};
  if (!is_name(channel)) return BusStatus::ok;
  lmdb::ReadTxn txn(*store_);
  uint64_t number = 0;
  lmdb::ChannelRecord record{};
  if (txn.get(Table::names, channel, number) && txn.get(Table::channels, Key().add(number), record))
    lmdb::describe(txn, record, facts);
  return txn.error() == 0 ? BusStatus::ok : BusStatus::unavailable;
}

BusStatus LmdbBus::list(std::string_view prefix, std::string_view after, size_t limit,
                        std::vector<ChannelFacts>& channels) {
  channels.clear();
  lmdb::ReadTxn txn(*store_);
  lmdb::Cursor cursor(txn, Table::names);
  const std::string from(std::max(prefix, after));
  for (bool found = from.empty() ? cursor.first() : cursor.seek(from);
       found && channels.size() < limit && cursor.key().starts_with(prefix);
       found = cursor.next()) {
    uint64_t number = 0;
    lmdb::ChannelRecord record{};
    if (cursor.key() <= after || !lmdb::record_of(cursor.value(), number) ||
        !txn.get(Table::channels, Key().add(number), record))
      continue;
    channels.push_back({std::string(cursor.key()), {}, 0, 0, {}});
    lmdb::describe(txn, record, channels.back());
  }
  return txn.error() == 0 ? BusStatus::ok : BusStatus::unavailable;
}

}  // namespace ws::channel
