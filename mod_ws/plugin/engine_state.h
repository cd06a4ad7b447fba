// The inside of Engine: threads, instances, and how all of it ends.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "plugin/engine.h"
#include "plugin/loop_closer.h"
#include "plugin/memory_bound.h"
#include "plugin/runtime.h"
#include "plugin/statistics.h"

namespace ws::plugin {

class Engine::State final : public Runtime, private Watched {
 public:
  State(const EngineSettings& settings, base::Log& log, const base::Clock& clock,
        std::unique_ptr<channel::Bus> bus);
  ~State() override;

  [[nodiscard]] bool start_threads() override;
  [[nodiscard]] PluginInstance* instance(const InstanceConfig& config);
  void adopt(session::SessionStart start);
  [[nodiscard]] size_t session_count() const noexcept;
  [[nodiscard]] session::Seat reserve(size_t most) noexcept { return seats_.take(most); }
  void begin_stop();
  void drain(const StopPlan& plan);
  void hurry(uint16_t code, uint32_t wait_ms) noexcept;
  [[nodiscard]] bool drained_within(uint32_t ms);
  [[nodiscard]] DrainState drain_state() const noexcept;
  // False: a thread of ours does not end, and this must live on.
  [[nodiscard]] bool stop(const StopPlan& plan);

 private:
  enum class End : uint8_t {
    none,
    stuck,  // stop() was called; a thread did not end
    whole   // everything has ended
  };

  struct Made {
    explicit Made(const InstanceConfig& config, Runtime& runtime) : instance(config, runtime) {}
    PluginInstance instance;
    std::once_flag once;
    std::atomic<bool> good = false;
    bool ended = false;  // its sessions, for it is switched off
  };

  [[nodiscard]] bool is_busy() const noexcept override { return seats_.taken() > 0; }
  [[nodiscard]] const LoopContext* watched_loop(unsigned index) const noexcept override {
    return loop_at(index);
  }
  void end_switched_off() override;
  void run_loop(LoopContext& loop);
  void tell_change() noexcept;
  [[nodiscard]] bool threads_end_within(std::chrono::milliseconds time);
  void end_drain_by(uint64_t time_ms) noexcept;
  void cut_sessions();

  const base::Clock& clock_;
  std::vector<std::unique_ptr<LoopCloser>> closers_;  // one for each loop
  std::vector<std::unique_ptr<MemoryBound>> bounds_;  // two for each
  End end_ = End::none;                               // [main]
  std::atomic<uint64_t> drain_since_ms_ = 0;
  std::atomic<uint64_t> drain_until_ms_ = UINT64_MAX;
  std::atomic<size_t> drain_sessions_ = 0;
  Watchdog watchdog_;

  std::mutex instances_mutex_;  // guards instances_
  std::list<Made> instances_;

  std::mutex threads_mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<std::thread> threads_;
  size_t running_ = 0;  // threads in run_loop()
  std::atomic<bool> started_ = false;
  bool start_failed_ = false;            // and the log says so
  std::atomic<bool> stopping_ = false;   // no more threads and instances
  std::atomic<bool> announced_ = false;  // to the plugins
  std::atomic<bool> draining_ = false;
};

}  // namespace ws::plugin
