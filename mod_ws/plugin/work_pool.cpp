// A few threads on which plugins may block.
#include "plugin/work_pool.h"

#include <openssl/crypto.h>

#include <chrono>
#include <string>
#include <system_error>

#include "base/quiet_thread.h"
#include "plugin/black_box.h"

namespace ws::plugin {

WorkPool::WorkPool(unsigned max_threads, size_t max_waiting, base::Log& log) noexcept
    : max_threads_(max_threads), max_waiting_(max_waiting), log_(log) {}

WorkPool::~WorkPool() = default;

WorkPool::Submit WorkPool::submit(std::unique_ptr<Job> job) {
  std::unique_lock lock(mutex_);
  if (stopping_) return Submit::stopped;
  if (waiting_.size() >= max_waiting_) return Submit::full;
  if (waiting_.size() >= idle_ && threads_.size() < max_threads_) {
    try {
      threads_.reserve(max_threads_);
      threads_.push_back(base::start_quiet_thread("ws-work", [this] { work(); }));
      ++living_;
      ++idle_;
    } catch (const std::system_error& error) {
      if (threads_.empty()) {
        lock.unlock();
        log_.write(base::LogLevel::error, std::string("no thread for work: ") + error.what());
        return Submit::no_thread;
      }
    }
  }
  waiting_.push_back(std::move(job));
  lock.unlock();
  changed_.notify_one();
  return Submit::ok;
}

void WorkPool::work() {
  const OwnThread own_thread;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) break;
    std::unique_ptr<Job> job = std::move(waiting_.front());
    waiting_.pop_front();
    --idle_;
    lock.unlock();
    job->run();
    job.reset();
    lock.lock();
    ++idle_;
  }
  --living_;
  lock.unlock();
  changed_.notify_all();
  OPENSSL_thread_stop();
}

bool WorkPool::stop(uint32_t wait_ms) {
  std::deque<std::unique_ptr<Job>> cancelled;
  std::unique_lock lock(mutex_);
  stopping_ = true;
  cancelled.swap(waiting_);
  lock.unlock();
  changed_.notify_all();
  for (const auto& job : cancelled) job->cancel();
  cancelled.clear();

  lock.lock();
  const bool ended =
      changed_.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return living_ == 0; });
  std::vector<std::thread> threads;
  if (ended) threads.swap(threads_);
  lock.unlock();
  for (std::thread& thread : threads) thread.join();
  return ended;
}

}  // namespace ws::plugin
