// Lines on their way to a log that may block.
#include "base/log_queue.h"

#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <utility>

#include "base/quiet_thread.h"

namespace ws::base {

namespace {

void tell_missing(Log& log, uint64_t lines) noexcept {
  if (lines == 0) return;
  char text[96];
  const int size = std::snprintf(text, sizeof text,
                                 "%llu lines are missing here: the log did not take them in time",
                                 static_cast<unsigned long long>(lines));
  log.write(LogLevel::warning, {text, static_cast<size_t>(size)});
}

}  // namespace

LogQueue::~LogQueue() {
  if (thread_.joinable()) thread_.detach();
}

bool LogQueue::start() noexcept {
  const std::lock_guard lock(mutex_);
  try {
    start_thread();
    return true;
  } catch (...) {
    return false;
  }
}

void LogQueue::add(Log& log, LogLevel level, std::string_view line) noexcept {
  if (!put(log, level, line)) log.write(level, line);
}

bool LogQueue::put(Log& log, LogLevel level, std::string_view line) noexcept {
  const std::lock_guard lock(mutex_);
  const size_t cost = sizeof(Line) + line.size();
  if (stopping_ || bytes_ + cost > most_bytes_) {
    ++missing_;
    return true;
  }
  try {
    start_thread();
  } catch (...) {
    return false;
  }
  try {
    lines_.push_back({&log, level, missing_, std::string(line)});
  } catch (...) {  // no memory: the next line may have more luck
    ++missing_;
    return true;
  }
  missing_ = 0;
  bytes_ += cost;
  added_.fetch_add(1);
  changed_.notify_all();
  return true;
}

void LogQueue::start_thread() {
  if (running_) return;
  thread_ = start_quiet_thread("ws-log", [this] { run(); });
  running_ = true;
}

void LogQueue::run() noexcept {
  writer_.store(gettid());
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !lines_.empty(); });
    if (lines_.empty()) break;
    const Line line = std::move(lines_.front());
    lines_.pop_front();
    lock.unlock();
    tell_missing(*line.log, line.missing);
    line.log->write(line.level, line.text);
    written_.fetch_add(1);
    lock.lock();
    bytes_ -= sizeof(Line) + line.text.size();
    if (!lines_.empty()) continue;
    const uint64_t missing = std::exchange(missing_, 0);
    lock.unlock();
    tell_missing(*line.log, missing);
    lock.lock();
  }
  running_ = false;
  lock.unlock();
  changed_.notify_all();
}

bool LogQueue::wait_written(uint32_t wait_ms) const noexcept {
  const uint64_t wanted = added_.load();
  constexpr timespec kMoment{0, 1'000'000};
  for (uint32_t waited = 0; written_.load() < wanted; ++waited) {
    if (waited >= wait_ms || writer_.load() == gettid()) return false;
    nanosleep(&kMoment, nullptr);
  }
  return true;
}

bool LogQueue::stop(uint32_t wait_ms) noexcept {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  if (!changed_.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return !running_; }))
    return false;
  lock.unlock();
  if (thread_.joinable()) thread_.join();
  return true;
}

}  // namespace ws::base
