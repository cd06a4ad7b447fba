// One thread's epoll loop: connections, timers, and what other threads hand it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/gauge.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "net/timer_wheel.h"
#include "net/tls_io.h"

namespace ws::net {

class Connection;

// Called at the end of each loop turn, before the loop sleeps: work that is cheaper
// once per turn than once per message.
class TurnEnd {
 public:
  virtual ~TurnEnd() = default;
  virtual void on_turn_end() = 0;
};

class EventLoop {
 public:
  // Throws std::system_error when the kernel refuses a descriptor.
  EventLoop(base::Log& log, const base::Clock& clock);
  // Drops the tasks that never ran. No connection may be left.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // [any] Runs f() on the loop, after what was posted before. A task that comes too
  // late is destroyed without running when the loop is.
  template <class F>
  void post(F f) {
    enqueue(std::make_unique<CallTask<F>>(std::move(f)));
  }

  // [any] Makes the loop take another turn, if it sleeps.
  void wake() noexcept;

  // [any] Makes run() return after the current turn.
  void stop() noexcept;

  // [any] Another one for each turn, and while it sleeps.
  [[nodiscard]] uint32_t beat() const noexcept { return beat_.load(std::memory_order_relaxed); }
  [[nodiscard]] static bool is_awake(uint32_t beat) noexcept { return beat % 2 != 0; }

  // [any] Whether the caller is this loop's thread.
  [[nodiscard]] bool is_current() const noexcept;

  // Turns until stop(). The calling thread is the loop's from now on.
  void run();
  // One turn; waits at most max_wait_ms for something to happen.
  void run_once(int max_wait_ms);

  // ---- below: only on the loop's own thread ----

  [[nodiscard]] base::Log& log() const noexcept { return log_; }
  // As of the begin of this turn.
  [[nodiscard]] uint64_t now_ms() const noexcept { return now_ms_; }

  void schedule(Timer& timer, uint64_t delay_ms) { timers_.schedule(timer, now_ms_ + delay_ms); }

  // A connection may use up the time slice of one wake-up, then others come first. The
  // slice begins with the first question: whoever never asks pays for no clock.
  [[nodiscard]] bool slice_is_over() noexcept;
  // For tests: 0 ends a slice with its first question.
  void set_slice_ns(uint64_t length) noexcept { slice_ns_ = length; }

  // The turn's end calls these, in the order of their addition. Borrowed.
  void add_turn_end(TurnEnd& hook) { turn_ends_.push_back(&hook); }
  void remove_turn_end(TurnEnd& hook) { std::erase(turn_ends_, &hook); }
  // Whether they are still to be called in this turn. If not, whoever has work for them asks
  // for another turn, before which the loop does not sleep.
  [[nodiscard]] bool turn_end_is_due() const noexcept { return turn_end_is_due_; }
  void run_again() noexcept { run_again_ = true; }

  // ---- for Connection ----

  static constexpr size_t kInputSize = size_t{256} * 1024;
  static constexpr size_t kCorkSize = size_t{64} * 1024;

  // What one connection writes while its input is handled goes out with one call.
  struct Cork {
    Connection* owner = nullptr;
    size_t size = 0;
    std::unique_ptr<char[]> data = std::make_unique<char[]>(kCorkSize);
  };

  [[nodiscard]] std::span<char> input() noexcept { return {input_.get(), kInputSize}; }
  [[nodiscard]] Cork& cork() noexcept { return cork_; }
  // [any] for attach().
  [[nodiscard]] TlsIo& tls() noexcept { return tls_; }
  [[nodiscard]] int epoll_fd() const noexcept { return epoll_.get(); }
  void begin_slice() noexcept { slice_end_ns_ = 0; }
  void flush_later(Connection& connection) { dirty_.push_back(&connection); }
  // What waits for slow peers, all connections together. They keep it up to date.
  [[nodiscard]] size_t waiting_bytes() const noexcept { return waiting_bytes_.get(); }
  void change_waiting(size_t before, size_t now) noexcept { waiting_bytes_.add(now - before); }
  // [main] Before the first connection. Borrowed.
  void show_waiting_in(base::Tally& tally) noexcept { waiting_bytes_.show_in(tally); }
  void continue_later(Connection& connection) { ready_.push_back(&connection); }
  // Destroys the connection at the end of this turn, when no event can name it any more.
  void retire(std::unique_ptr<Connection> connection);

 private:
  struct Task {
    virtual ~Task() = default;
    virtual void run() = 0;
  };
  template <class F>
  struct CallTask final : Task {
    explicit CallTask(F f) : f_(std::move(f)) {}
    void run() override { f_(); }
    F f_;
  };

  template <class Body>
  void guarded(Connection& connection, Body&& body);
  void enqueue(std::unique_ptr<Task> task);
  void run_tasks();
  void end_turn();

  base::Log& log_;
  const base::Clock& clock_;
  base::UniqueFd epoll_;
  base::UniqueFd wake_fd_;
  uint64_t now_ms_;
  TimerWheel timers_;
  TlsIo tls_;
  std::unique_ptr<char[]> input_ = std::make_unique_for_overwrite<char[]>(kInputSize);
  Cork cork_;
  base::Gauge waiting_bytes_;
  uint64_t slice_ns_ = 2'000'000;
  uint64_t slice_end_ns_ = 0;
  std::vector<Connection*> dirty_;
  std::vector<Connection*> ready_;
  std::vector<Connection*> scratch_;
  std::vector<std::unique_ptr<Connection>> retired_;
  std::vector<TurnEnd*> turn_ends_;
  bool turn_end_is_due_ = false;
  bool run_again_ = false;
  std::atomic<uint32_t> beat_ = 0;  // odd while it is awake

  std::mutex tasks_mutex_;  // guards tasks_
  std::vector<std::unique_ptr<Task>> tasks_;
  std::vector<std::unique_ptr<Task>> running_tasks_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace ws::net
