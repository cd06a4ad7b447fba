// Looks for processes that died.
#include "channel/lmdb_reaper.h"

#include <algorithm>

#include "channel/lmdb_history.h"
#include "channel/lmdb_presence.h"

namespace ws::channel::lmdb {

namespace {

constexpr size_t kSweep = 2000;  // channels looked at in one round
constexpr size_t kManyChannels = 100'000;
constexpr uint64_t kIdleMs = uint64_t{24} * 60 * 60 * 1000;
constexpr uint32_t kGateMs = 5'000;
// In a crowded state history goes with a channel that nobody has used for so long.
constexpr uint64_t kUnusedMs = 60'000;

bool is_idle(const ChannelRecord& channel) noexcept {
  return channel.listeners == 0 && channel.sessions == 0 && channel.kept_count == 0;
}

}  // namespace

Times times_now(const base::Clock& clock) noexcept {
  return {clock.now_ms(), base::unix_time_ms()};
}

Reaper::Reaper(Store& store, Control& control, Gatekeeper& gatekeeper, const LmdbSettings& settings,
               base::Log& log, const base::Clock& clock) noexcept
    : store_(store),
      control_(control),
      gatekeeper_(gatekeeper),
      settings_(settings),
      log_(log),
      clock_(clock) {}

void Reaper::round() {
  if (!control_.begin_round(clock_.now_ms(), settings_.round_ms)) return;
  look_for_dead();
  expire();
  if (control_.is_crowded()) make_room();
}

void Reaper::look_for_dead() {
  const std::vector<uint16_t> dead = dead_processes();
  if (dead.empty()) return;
  if (gatekeeper_.enter(&store_, kGateMs)) {
    (void)mdb_reader_check(store_.env(), nullptr);
    gatekeeper_.leave();
  }
  for (const uint16_t process : dead)
    if (!remove(process, clock_.now_ms() + kGateMs)) break;
  // One that died between its commit and its wake-ups left somebody asleep.
  wake_all();
}

std::vector<uint16_t> Reaper::dead_processes() {
  std::vector<uint16_t> dead;
  ReadTxn txn(store_);
  Cursor cursor(txn, Table::processes);
  for (bool found = cursor.first(); found; found = cursor.next()) {
    const auto number = static_cast<uint16_t>(number_in(cursor.key(), 0, 2));
    if (!control_.is_alive(number)) dead.push_back(number);
  }
  return dead;
}

// Nobody gets the number as long as the state knows it, so several may do this at a time.
bool Reaper::remove(uint16_t process, uint64_t deadline_ms) {
  std::string resume;
  for (bool done = false; !done;) {
    const uint64_t now = clock_.now_ms();
    if (now >= deadline_ms || !gatekeeper_.enter(&store_, static_cast<uint32_t>(deadline_ms - now)))
      return false;
    Writing writing(store_, settings_, times_now(clock_));
    ProcessRecord record{};
    done = !writing.txn().get(Table::processes, Key().add(process), record) ||
           remove_process(writing, process, resume);
    const int error = writing.commit(control_);
    gatekeeper_.leave();
    if (is_no_room(error)) return false;
    if (error != 0) {
      log_.write(base::LogLevel::warning,
                 "the channels' state: the sessions of a process that ended cannot leave: " +
                     std::string(mdb_strerror(error)));
      return false;
    }
    writing.wake(control_);
  }
  return true;
}

bool Reaper::remove_self(uint64_t deadline_ms) { return remove(control_.number(), deadline_ms); }

void Reaper::wake_all() {
  ReadTxn txn(store_);
  Cursor cursor(txn, Table::processes);
  for (bool found = cursor.first(); found; found = cursor.next())
    control_.ring(static_cast<uint16_t>(number_in(cursor.key(), 0, 2)));
}

// Goes through all channels, some in each round.
void Reaper::expire() {
  std::vector<uint64_t> candidates;
  {
    ReadTxn txn(store_);
    MetaRecord meta{};
    if (!txn.get(Table::meta, kMetaKey, meta)) return;
    const uint64_t now = clock_.now_ms() + static_cast<uint64_t>(meta.time_shift_ms);
    Cursor cursor(txn, Table::channels);
    bool found = cursor.seek(Key().add(swept_ + 1));
    if (!found) swept_ = 0;
    for (size_t seen = 0; found && seen < kSweep; found = cursor.next(), ++seen) {
      ChannelRecord channel{};
      if (!record_of(cursor.value(), channel)) return;
      swept_ = channel.number;
      KeptRecord oldest{};
      const bool has_old =
          channel.first_kept != 0 &&
          txn.get(Table::history, Key(channel.number, channel.first_kept), oldest) &&
          now > oldest.time_ms && now - oldest.time_ms > channel.keep_age_ms;
      const bool is_old =
          is_idle(channel) && now > channel.used_ms && now - channel.used_ms > kIdleMs;
      if (has_old || is_old) candidates.push_back(channel.number);
    }
    if (candidates.empty() && txn.entries(Table::names) <= kManyChannels) return;
  }
  if (!gatekeeper_.enter(&store_, kGateMs)) return;
  Writing writing(store_, settings_, times_now(clock_));
  for (const uint64_t number : candidates) {
    ChannelEntry* const channel = writing.find(number);
    if (!channel) continue;
    trim_history(writing, *channel);
    if (is_idle(channel->record) && writing.now_ms() - channel->record.used_ms > kIdleMs)
      writing.erase(*channel);
  }
  if (writing.txn().entries(Table::names) > kManyChannels) drop_channels(writing, false);
  (void)writing.commit(control_);
  gatekeeper_.leave();
}

void Reaper::make_room() {
  if (!gatekeeper_.enter(&store_, kGateMs)) return;
  Writing writing(store_, settings_, times_now(clock_));
  drop_channels(writing, true);
  const bool is_crowded = is_crowded_in(writing);
  if (writing.commit(control_) == 0) control_.set_crowded(is_crowded);
  gatekeeper_.leave();
}

bool is_crowded_in(Writing& writing) { return writing.other_pages() > writing.page_count() / 4; }

void Reaper::drop_channels(Writing& writing, bool with_history) {
  std::vector<uint64_t> idle;
  {
    Cursor cursor(writing.txn(), Table::channels);
    bool found = cursor.seek(Key().add(swept_ + 1));
    if (!found) swept_ = 0;
    for (size_t seen = 0; found && seen < kSweep; found = cursor.next(), ++seen) {
      ChannelRecord channel{};
      if (!record_of(cursor.value(), channel)) return;
      swept_ = channel.number;
      const bool is_unused =
          with_history && channel.listeners == 0 && channel.sessions == 0 &&
          writing.now_ms() - std::min(writing.now_ms(), channel.used_ms) > kUnusedMs;
      if (is_idle(channel) || is_unused) idle.push_back(channel.number);
    }
  }
  for (const uint64_t number : idle) {
    // As this transaction left it.
    ChannelEntry* const channel = writing.find(number);
    if (!channel || channel->record.listeners > 0 || channel->record.sessions > 0) continue;
    if (with_history) drop_until(writing, *channel, channel->record.offset);
    if (channel->record.kept_count == 0) writing.erase(*channel);
  }
}

}  // namespace ws::channel::lmdb
