// What all plugin instances of a process share: loops, bus, work pool. engine.cpp owns it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/limited_log.h"
#include "base/log.h"
#include "channel/bus.h"
#include "plugin/death_roll.h"
#include "plugin/loop_context.h"
#include "plugin/work_pool.h"

namespace ws::plugin {

class Runtime {
 public:
  virtual ~Runtime() = default;

  // [any] Null for a number that no loop of ours made.
  [[nodiscard]] LoopContext* loop_of(session::SessionId id) const noexcept {
    return loop_at(session::loop_of(id));
  }
  [[nodiscard]] LoopContext* loop_at(unsigned index) const noexcept {
    return index < loops_.size() ? loops_[index].get() : nullptr;
  }
  // [any] The calling thread's; null on any other thread.
  [[nodiscard]] LoopContext* current_loop() const noexcept {
    for (const auto& loop : loops_)
      if (loop->loop.is_current()) return loop.get();
    return nullptr;
  }
  // [any] The loop of all that belongs to no session.
  [[nodiscard]] LoopContext& first_loop() const noexcept { return *loops_.front(); }

  // [any] Loops run from now on, unless that fails.
  [[nodiscard]] virtual bool start_threads() = 0;

  [[nodiscard]] base::Log& log() const noexcept { return log_; }
  // For what plugins can bring about as often as they like.
  [[nodiscard]] base::Log& faults() noexcept { return faults_; }
  [[nodiscard]] Statistics& statistics() const noexcept { return *statistics_; }
  [[nodiscard]] channel::Bus& bus() const noexcept { return *bus_; }
  [[nodiscard]] WorkPool& pool() const noexcept { return *pool_; }
  [[nodiscard]] size_t mailbox_limit() const noexcept { return mailbox_limit_; }
  // [any] Null: nobody counts.
  [[nodiscard]] DeathRoll* deaths() const noexcept { return deaths_; }

 protected:
  Runtime(base::Log& log, size_t mailbox_limit) noexcept
      : log_(log), mailbox_limit_(mailbox_limit) {}

  // Where and as what the loops count. statistics: borrowed; null: the process's own.
  struct Counting {
    Statistics* statistics = nullptr;
    uint64_t generation = 0;
  };
  // [main] With the bus in place.
  void make_loops(const base::Clock& clock, unsigned count, uint16_t process, Counting counting);

  base::Log& log_;
  base::LimitedLog faults_{log_, "more exceptions came out of plugins"};
  const size_t mailbox_limit_;
  std::unique_ptr<OwnStatistics> own_statistics_;
  Statistics* statistics_ = nullptr;
  DeathRoll* deaths_ = nullptr;
  std::unique_ptr<channel::Bus> bus_;
  session::SeatCounter seats_;
  std::vector<std::unique_ptr<LoopContext>> loops_;  // the same from the constructor on
  std::unique_ptr<WorkPool> pool_;
};

}  // namespace ws::plugin
