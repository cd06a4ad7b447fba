// A few threads on which plugins may block.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"

namespace ws::plugin {

// Exactly one of run() and cancel() is called, once.
class Job {
 public:
  virtual ~Job() = default;
  // [worker]
  virtual void run() noexcept = 0;
  // [any] It did not run and never will.
  virtual void cancel() noexcept = 0;
};

class WorkPool {
 public:
  // [main] Starts no thread. log: borrowed.
  WorkPool(unsigned max_threads, size_t max_waiting, base::Log& log) noexcept;
  // After stop() that said true.
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  enum class Submit { ok, full, stopped, no_thread };
  // [any] Never blocks. Unless ok, the job was dropped with neither call.
  [[nodiscard]] Submit submit(std::unique_ptr<Job> job);

  // [main] Cancels what waits, then waits for what runs, at most so long. False: something still
  // runs; the pool must then live on.
  [[nodiscard]] bool stop(uint32_t wait_ms);

 private:
  void work();

  const unsigned max_threads_;
  const size_t max_waiting_;
  base::Log& log_;

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Job>> waiting_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  size_t living_ = 0;  // threads that have not left work()
  bool stopping_ = false;
};

}  // namespace ws::plugin
