// Lines on their way to a log that may block (a full pipe, a slow disk): who writes them never
// waits.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/log.h"

namespace ws::base {

// Its thread starts with the first line, at the latest. What finds no room is left out, and the log
// is told how many lines that were, where they are missing.
class LogQueue {
 public:
  // [main] most_bytes: of the lines that wait.
  explicit LogQueue(size_t most_bytes) noexcept : most_bytes_(most_bytes) {}
  // [main] After a stop() that said true.
  ~LogQueue();
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;

  // [any] False: there can't be a thread now. Who must not wait for a log asks before.
  [[nodiscard]] bool start() noexcept;

  // [any] The queue's thread calls log.write(); without one the caller does. log: borrowed,
  // outlives this.
  void add(Log& log, LogLevel level, std::string_view line) noexcept;

  // [any] Waits until what was added before is written, but no longer. Safe in the handler of a
  // signal. False: time is over, or the caller is the thread that would have to write.
  bool wait_written(uint32_t wait_ms) const noexcept;

  // [main] The same, then ends the thread; what is added later is lost. False: the log holds the
  // thread, which goes on using this.
  [[nodiscard]] bool stop(uint32_t wait_ms) noexcept;

 private:
  struct Line {
    Log* log;
    LogLevel level;
    uint64_t missing;  // lines before this one
    std::string text;
  };

  void start_thread();
  [[nodiscard]] bool put(Log& log, LogLevel level, std::string_view line) noexcept;
  void run() noexcept;

  const size_t most_bytes_;
  // Of lines that were accepted.
  std::atomic<uint64_t> added_ = 0;
  std::atomic<uint64_t> written_ = 0;
  std::atomic<int> writer_ = 0;  // the thread's number, as the kernel says

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<Line> lines_;
  size_t bytes_ = 0;
  uint64_t missing_ = 0;  // since the last line that was accepted
  std::thread thread_;
  bool running_ = false;
  bool stopping_ = false;
};

// A log by way of a queue.
class QueuedLog final : public Log {
 public:
  // Borrowed.
  QueuedLog(Log& log, LogQueue& queue) noexcept : log_(log), queue_(queue) {}

  [[nodiscard]] bool enabled(LogLevel level) const noexcept override { return log_.enabled(level); }
  void write(LogLevel level, std::string_view line) noexcept override {
    if (log_.enabled(level)) queue_.add(log_, level, line);
  }

 private:
  Log& log_;
  LogQueue& queue_;
};

}  // namespace ws::base
