// A loop's ear without a loop: waits until its bus wakes it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "channel/bus.h"

namespace ws::channel::test {

class WaitingListener : public Listener {
 public:
  // Borrowed; it listens from here to its end.
  explicit WaitingListener(Bus& bus) : bus_(bus) { bus_.add(*this); }
  ~WaitingListener() override { bus_.remove(*this); }
  WaitingListener(const WaitingListener&) = delete;
  WaitingListener& operator=(const WaitingListener&) = delete;

  void wake() noexcept final {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
    changed_.notify_one();
  }
  // False: in vain.
  [[nodiscard]] bool wait(std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [this] { return is_woken_; })) return false;
    is_woken_ = false;
    return true;
  }

 protected:
  Bus& bus_;

 private:
  std::mutex mutex_;  // guards is_woken_
  std::condition_variable changed_;
  bool is_woken_ = false;
};

}  // namespace ws::channel::test
