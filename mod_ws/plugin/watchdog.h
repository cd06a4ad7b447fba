// A thread that tells of loops that do not come back and of plugins that crash, and keeps those
// that were switched off from serving on.
#pragma once

#include <semaphore.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "plugin/black_box.h"
#include "plugin/loop_context.h"
#include "plugin/stack_trace.h"

namespace ws::plugin {

struct WatchdogSettings {
  uint32_t limit_ms = 10'000;  // that a callback, or a turn of a loop, may take; 0: any time
  bool aborts = false;         // a loop that is held for longer ends the process
};

// What it watches.
class Watched {
 public:
  virtual ~Watched() = default;
  // [any] While it is false nobody can be stuck, and the watchdog sleeps.
  [[nodiscard]] virtual bool is_busy() const noexcept = 0;
  // [any] Null beyond the last.
  [[nodiscard]] virtual const LoopContext* watched_loop(unsigned index) const noexcept = 0;
  // [any] Ends the sessions of instances that were switched off. Called every second or so.
  virtual void end_switched_off() = 0;
};

class Watchdog {
 public:
  // [main] All borrowed.
  Watchdog(const WatchdogSettings& settings, base::Log& log, const base::Clock& clock,
           Watched& watched) noexcept;
  // [main] After stop().
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // [any], one caller at a time. Throws std::system_error when there can't be a thread.
  void start();
  // [main]
  void stop() noexcept;
  // [any] is_busy() may be true now.
  void wake() noexcept;

  // [any] Also in the handler of a signal, on the thread that crashed, or that called exit() (then
  // 0): it is counted, and the log gets what there is to say. Returns soon; the process is lost.
  // False: this is no thread of ours and no callback of a plugin, or a copy of the process.
  static bool tell_end(int signal) noexcept;

 private:
  struct Seen {
    uint64_t serial = 0;
    uint64_t since_ms = 0;  // in run_ms_; 0: not busy
    bool told = false;
  };

  // A semaphore, for the handler of a crash may ring it.
  class Bell {
   public:
    Bell() noexcept { sem_init(&semaphore_, 0, 0); }
    void ring() noexcept { sem_post(&semaphore_); }
    void wait() noexcept { sem_wait(&semaphore_); }
    void wait_for(uint32_t ms) noexcept;

   private:
    sem_t semaphore_;
  };

  void run() noexcept;
  void tell_of_end() noexcept;
  void look(uint64_t now_ms);
  [[nodiscard]] bool is_a_loops(const BlackBoxLine& line) const noexcept;
  void look_at(BlackBoxLine& line, Seen& seen);
  void look_at(const LoopContext& loop, Seen& seen);
  [[nodiscard]] bool is_stuck(Seen& seen, bool busy, uint64_t serial) const;
  void tell_stuck(const std::string& what, int thread, const Seen& seen);

  const WatchdogSettings settings_;
  base::Log& log_;
  const base::Clock& clock_;
  Watched& watched_;
  const uint32_t round_ms_;
  // The time that this process ran, not that of the clock: whoever is stopped is not stuck.
  uint64_t run_ms_ = 1;
  uint64_t looked_ms_ = 0;  // by the clock
  std::array<Seen, BlackBox::kLines> lines_;
  std::array<Seen, 16> loops_;
  std::atomic<bool> asleep_ = false;
  std::atomic<bool> stopping_ = false;
  Bell bell_;
  static std::atomic<Bell*> crash_bell_;  // that of the process's one watchdog, while it runs
  std::thread thread_;
};

// The log's alert that an instance is off; once for all processes.
void tell_if_off(const Suspect& suspect, base::Log& log);

}  // namespace ws::plugin
