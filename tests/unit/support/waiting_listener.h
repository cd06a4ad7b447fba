// A loop's ear without a loop: waits until its bus wakes it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "channel/bus.h"

namespace ws::channel::test {

// Stands for its Listener. It is none itself: classes made from it may end while the bus still
// wakes them, and a Listener must be whole until then.
class WaitingListener {
 public:
  // Borrowed; it listens from here to its end.
  explicit WaitingListener(Bus& bus) : bus_(bus) { bus_.add(bell_); }
  ~WaitingListener() { bus_.remove(bell_); }
  WaitingListener(const WaitingListener&) = delete;
  WaitingListener& operator=(const WaitingListener&) = delete;

  operator Listener&() noexcept { return bell_; }
  // False: in vain.
  [[nodiscard]] bool wait(std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    return bell_.wait(patience);
  }

 protected:
  Bus& bus_;

 private:
  class Bell final : public Listener {
   public:
    void wake() noexcept override {
      const std::lock_guard lock(mutex_);
      is_woken_ = true;
      changed_.notify_one();
    }
    bool wait(std::chrono::milliseconds patience) {
      std::unique_lock lock(mutex_);
      if (!changed_.wait_for(lock, patience, [this] { return is_woken_; })) return false;
      is_woken_ = false;
      return true;
    }

   private:
    std::mutex mutex_;  // guards is_woken_
    std::condition_variable changed_;
    bool is_woken_ = false;
  };

  Bell bell_;
};

}  // namespace ws::channel::test
