// The thread that writes for one process.
#include "channel/lmdb_writer.h"

#include <pthread.h>
#include <signal.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "channel/lmdb_history.h"
#include "channel/lmdb_log.h"
#include "channel/lmdb_presence.h"
#include "channel/lmdb_seats.h"
#include "channel/lmdb_submission.h"

namespace ws::channel::lmdb {

namespace {

constexpr size_t kBatchBytes = size_t{1} << 20;
constexpr uint32_t kGateMs = 1'000;
constexpr auto kRetry = std::chrono::milliseconds(20);
// A turn of a loop takes less, unless a plugin blocks it.
constexpr auto kHold = std::chrono::milliseconds(2);
constexpr auto kProbe = std::chrono::milliseconds(200);
constexpr uint64_t kFewBlocks = 256;
constexpr uint64_t kLogPeriodMs = 60'000;

Outcome clear(Writing& writing, ChannelEntry& channel) {
  ChannelRecord& record = channel.record;
  const uint32_t kept = record.kept_count;
  drop_until(writing, channel, record.offset);
  return {{BusStatus::ok, false, {{{record.epoch, record.offset}, 0}}}, {}, kept, {}};
}

// What frees, or what only this process's own sessions can ask for: it is remembered until it can
// be written.
bool is_always_taken(Operation::Kind kind) noexcept {
  using Kind = Operation::Kind;
  return kind != Kind::publish && kind != Kind::submit && kind != Kind::control &&
         kind != Kind::touch && kind != Kind::take_seats;
}

void answer(Waiter& waiter, Outcome result) {
  waiter.result = std::move(result);
  waiter.state = Waiter::State::done;
  waiter.done.release();
}

Outcome failed(BusStatus status) { return {{status, false, {}}, {}, 0, {}}; }

}  // namespace

Writer::Writer(Store& store, Control& control, Gatekeeper& gatekeeper, const LmdbSettings& settings,
               base::Log& log, const base::Clock& clock)
    : store_(store),
      control_(control),
      gatekeeper_(gatekeeper),
      settings_(settings),
      log_(log),
      clock_(clock),
      reaper_(store, control, gatekeeper, settings, log, clock) {}

Writer::~Writer() = default;

// With the mutex.
bool Writer::start() {
  if (thread_.joinable()) return true;
  if (stopping_) return false;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    if (!std::exchange(has_no_thread_, true))
      log_.write(base::LogLevel::error, "the channels' writer cannot be started: no thread");
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread_.joinable();
}

bool Writer::is_refused(const Operation& operation) const noexcept {
  return !is_always_taken(operation.kind) &&
         (health_ == Health::full ||
          (!queue_.empty() && queue_bytes_ + operation.size() > settings_.queue_bytes) ||
          cost_of(operation.message_size()) * operation.message_count() >
              uint64_t{store_.page_count()} * store_.page_size() / 8);
}

BusStatus Writer::submit(Operation operation, bool is_held) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || (health_ == Health::broken && !is_always_taken(operation.kind)))
    return BusStatus::unavailable;
  if (is_refused(operation)) return BusStatus::full;
  if (!start()) return BusStatus::unavailable;
  queue_bytes_ += operation.size();
  queue_.push_back(std::move(operation));
  // Those that are held may be there without the writer's knowing.
  if (is_held) return BusStatus::ok;
  has_urgent_ = true;
  if (queue_.size() == 1 || holds_ > 0) changed_.notify_one();
  return BusStatus::ok;
}

void Writer::ask_for_room() {
  const std::lock_guard lock(mutex_);
  if (start()) changed_.notify_one();
}

void Writer::hold() noexcept {
  const std::lock_guard lock(mutex_);
  ++holds_;
}

void Writer::release() noexcept {
  const std::lock_guard lock(mutex_);
  --holds_;
  if (!queue_.empty()) changed_.notify_one();
}

Outcome Writer::submit_and_wait(Operation operation, uint32_t timeout_ms) {
  const auto waiter = std::make_shared<Waiter>();
  operation.waiter = waiter;
  const BusStatus status = submit(std::move(operation));
  if (status != BusStatus::ok) return failed(status);
  auto patience = std::chrono::milliseconds(timeout_ms);
  while (!waiter->done.try_acquire_for(patience)) {
    auto state = Waiter::State::queued;
    if (waiter->state.compare_exchange_strong(state, Waiter::State::cancelled)) {
      const std::lock_guard lock(mutex_);
      return failed(health_ == Health::full ? BusStatus::full : BusStatus::unavailable);
    }
    // It is being written: that takes no longer than this process and its disk.
    patience = kRetry;
  }
  return waiter->result;
}

void Writer::set_active(bool active) {
  const std::lock_guard lock(mutex_);
  if (active_ == active) return;
  active_ = active;
  if (active) (void)start();
  changed_.notify_one();
}

void Writer::stop(uint32_t timeout_ms) {
  const uint64_t deadline = clock_.now_ms() + timeout_ms;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    deadline_ms_ = deadline;
    changed_.notify_one();
  }
  if (thread_.joinable()) {
    thread_.join();
  } else {
    (void)reaper_.remove_self(deadline);
  }
}

// With the mutex. False: the end.
bool Writer::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto has_work = [this] { return stopping_ || !queue_.empty(); };
  if (health_ != Health::good) {
    changed_.wait_for(lock, kProbe, has_work);
  } else if (active_ || control_.is_crowded()) {
    changed_.wait_for(lock, std::chrono::milliseconds(settings_.round_ms), has_work);
  } else {
    changed_.wait(lock, [&] { return active_ || control_.is_crowded() || has_work(); });
  }
  if (!queue_.empty())
    changed_.wait_for(lock, kHold, [this] { return stopping_ || has_urgent_ || holds_ == 0; });
  return !stopping_ || (!queue_.empty() && clock_.now_ms() < deadline_ms_);
}

void Writer::run() {
  std::unique_lock lock(mutex_);
  while (wait_for_work(lock)) {
    const bool is_due = !queue_.empty() || health_ != Health::good;
    const bool is_last = stopping_;
    lock.unlock();
    if (is_due) write_some();
    if (!is_last) reaper_.round();
    // Whoever wrote for us may have died, or been stopped, before it woke us.
    if (control_.own().hint.load(std::memory_order_relaxed) != 0) control_.ring(control_.number());
    lock.lock();
  }
  const uint64_t deadline = deadline_ms_;
  lock.unlock();
  fail_all(BusStatus::unavailable);
  (void)reaper_.remove_self(deadline);
}

void Writer::take_batch() {
  const std::lock_guard lock(mutex_);
  has_urgent_ = false;
  const size_t most = std::min(kBatchBytes, store_.page_count() * store_.page_size() / 16);
  size_t bytes = 0;
  while (!queue_.empty() && batch_.size() < batch_limit_ && bytes < most) {
    Operation& next = queue_.front();
    queue_bytes_ -= next.size();
    bytes += next.size();
    auto state = Waiter::State::queued;
    if (!next.waiter || next.waiter->state.compare_exchange_strong(state, Waiter::State::taken))
      batch_.push_back(std::move(next));
    queue_.pop_front();
  }
}

// Nothing of the batch was written: it is the first to be tried again.
void Writer::put_back() {
  const std::lock_guard lock(mutex_);
  while (!batch_.empty()) {
    if (batch_.back().waiter) batch_.back().waiter->state = Waiter::State::queued;
    queue_bytes_ += batch_.back().size();
    queue_.push_front(std::move(batch_.back()));
    batch_.pop_back();
  }
}

void Writer::write_some() {
  if (!gatekeeper_.enter(&store_, kGateMs)) {
    if (gatekeeper_.is_broken()) after_error(ENOTRECOVERABLE);
    return;
  }
  int error = 0;
  {
    Writing writing(store_, settings_, times_now(clock_), control_.had_families());
    trim_log(writing);
    if (writing.txn().error() == 0) take_batch();
    outcomes_.clear();
    for (const Operation& operation : batch_) outcomes_.push_back(apply(writing, operation));
    const bool is_crowded = is_crowded_in(writing);
    if (is_crowded) reaper_.drop_channels(writing, false);
    error = writing.commit(control_);
    if (error == 0) control_.set_crowded(is_crowded);
    gatekeeper_.leave();
    if (error == 0) writing.wake(control_);
  }
  if (error == 0) {
    gatekeeper_.note_room();
    batch_limit_ = std::min(batch_limit_ * 2, kBatchLimit);
    set_health(Health::good, 0);
    tell_of_crowd();
    finish();
  } else {
    put_back();
    after_error(error);
  }
}

Outcome Writer::apply(Writing& writing, const Operation& operation) {
  using Kind = Operation::Kind;
  if (operation.kind == Kind::submit)
    return {lmdb::submit(writing, *operation.submission, control_.is_crowded()), {}, 0, {}};
  if (operation.seats) return apply_seats(writing, operation);
  ChannelEntry* channel = writing.find(operation.channel);
  switch (operation.kind) {
    case Kind::audience:
      if (channel) set_audience(writing, *channel, control_.number(), operation.audience);
      return {};
    case Kind::forget:
      if (channel) remove_listener(writing, *channel, control_.number());
      return {};
    case Kind::leave:
      if (channel) leave(writing, *channel, operation.session);
      return {};
    case Kind::clear:
      return channel ? clear(writing, *channel) : Outcome();
    default:
      break;
  }
  if (!channel) {
    if (!is_always_taken(operation.kind) && control_.is_crowded()) return failed(BusStatus::full);
    channel = writing.create(operation.channel);
    if (!channel) return {};
  }
  ChannelRecord& record = channel->record;
  switch (operation.kind) {
    case Kind::publish:
      (void)place(writing, *channel, operation.type, operation.session, operation.content,
                  operation.keep);
      break;
    case Kind::control:
      record.other_order =
          append(writing, *channel, {Event::Kind::control, operation.type, 0, operation.content})
              .order;
      break;
    case Kind::listen:
      add_listener(writing, *channel, control_.number());
      break;
    case Kind::enter:
      enter(writing, *channel, operation.session, operation.content, operation.info);
      break;
    default:
      break;
  }
  return {{}, {record.number, record.epoch}, 0, {}};
}

Outcome Writer::apply_seats(Writing& writing, const Operation& operation) {
  using Kind = Operation::Kind;
  Outcome outcome;
  if (operation.kind == Kind::take_seats) {
    outcome.full_seat = take_seats(writing, control_.number(), *operation.seats);
  } else if (operation.kind == Kind::add_seats) {
    add_seats(writing, control_.number(), numbers_of(*operation.seats));
  } else {
    remove_seats(writing, control_.number(), numbers_of(*operation.seats));
  }
  return outcome;
}

// A loop that published did not wait: its message to a new channel may have come too late.
void Writer::tell_of_crowd() {
  for (size_t i = 0; i < batch_.size(); ++i) {
    const bool is_message = batch_[i].kind == Operation::Kind::publish && !batch_[i].waiter;
    if (is_message && outcomes_[i].receipt.status == BusStatus::full) ++too_late_;
  }
  if (too_late_ == 0 && !control_.is_crowded()) return;
  if (!crowd_lines_.is_due(clock_.now_ms())) return;
  std::string text = "the channels' state has no room for another channel, listener or member";
  if (too_late_ > 0)
    text += "; " + std::to_string(too_late_) + " messages to new channels were not published";
  too_late_ = 0;
  log_.write(base::LogLevel::error, text);
}

void Writer::finish() {
  for (size_t i = 0; i < batch_.size(); ++i) {
    Outcome& outcome = outcomes_[i];
    if (batch_[i].done) batch_[i].done(outcome.receipt.status, outcome.channel);
    if (batch_[i].waiter) answer(*batch_[i].waiter, std::move(outcome));
  }
  batch_.clear();
}

// What waits for nobody but this process's end stays, unless that has come.
void Writer::fail_all(BusStatus status) {
  std::deque<Operation> lost;
  {
    const std::lock_guard lock(mutex_);
    for (Operation& operation : std::exchange(queue_, {}))
      (is_always_taken(operation.kind) && !stopping_ ? queue_ : lost)
          .push_back(std::move(operation));
    queue_bytes_ = 0;
    for (const Operation& operation : queue_) queue_bytes_ += operation.size();
  }
  size_t publishes = 0;
  for (const Operation& operation : lost) {
    if (operation.kind == Operation::Kind::publish && !operation.waiter) ++publishes;
    if (operation.done) operation.done(status, {});
    auto state = Waiter::State::queued;
    if (operation.waiter &&
        operation.waiter->state.compare_exchange_strong(state, Waiter::State::taken))
      answer(*operation.waiter, failed(status));
  }
  if (publishes > 0)
    log_.write(base::LogLevel::error, "the channels' state: " + std::to_string(publishes) +
                                          " messages were not published");
}

void Writer::set_health(Health health, int error) {
  {
    const std::lock_guard lock(mutex_);
    if (health_ == health) return;
    health_ = health;
  }
  const uint64_t now = clock_.now_ms();
  if (health == Health::good) {
    if (std::exchange(has_complained_, false))
      log_.write(base::LogLevel::warning, "the channels' state is written again");
  } else if (complained_ms_ == 0 || now - complained_ms_ >= kLogPeriodMs) {
    has_complained_ = true;
    complained_ms_ = now;
    log_.write(base::LogLevel::error,
               std::string("the channels' state ") +
                   (health == Health::full ? "has no room: " : "cannot be written: ") +
                   mdb_strerror(error));
  }
}

bool Writer::is_disk_full() const noexcept {
  struct statvfs disk {};
  return statvfs(settings_.directory.c_str(), &disk) == 0 && disk.f_bavail < kFewBlocks;
}

void Writer::after_error(int error) {
  batch_limit_ = std::max<size_t>(batch_limit_ / 2, 1);
  // LMDB's word for a write of which only the first part found room.
  if (error == EIO && is_disk_full()) error = ENOSPC;
  if (!is_no_room(error)) {
    set_health(Health::broken, error);
    fail_all(BusStatus::unavailable);
  } else {
    if (batch_limit_ == 1) set_health(Health::full, error);
    if (gatekeeper_.enter(&store_, kGateMs)) {
      gatekeeper_.look_for_room(store_);
      Writing writing(store_, settings_, times_now(clock_));
      trim_log(writing);
      (void)writing.commit(control_);
      gatekeeper_.leave();
    }
  }
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, health_ == Health::broken ? kProbe : kRetry,
                    [this] { return stopping_; });
}

}  // namespace ws::channel::lmdb
