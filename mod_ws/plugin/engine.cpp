// Loops, their threads, and the plugin instances.
#include "plugin/engine.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "base/quiet_thread.h"
#include "plugin/engine_state.h"
#include "plugin/guard.h"

namespace ws::plugin {

Engine::Engine(const EngineSettings& settings, base::Log& log, const base::Clock& clock,
               std::unique_ptr<channel::Bus> bus)
    : state_(std::make_unique<State>(settings, log, clock, std::move(bus))) {}

Engine::~Engine() {
  if (stop({.wait_ms = 0})) return;
  // Whatever the stuck thread uses stays.
  (void)state_.release();
}

PluginInstance* Engine::instance(const InstanceConfig& config) { return state_->instance(config); }
bool Engine::start() { return state_->start_threads(); }
void Engine::adopt(session::SessionStart start) { state_->adopt(std::move(start)); }
session::Seat Engine::reserve(size_t most) noexcept { return state_->reserve(most); }
size_t Engine::session_count() const noexcept { return state_->session_count(); }
channel::Bus& Engine::bus() noexcept { return state_->bus(); }
const Row& Engine::row() const noexcept { return state_->first_loop().row; }
Statistics& Engine::statistics() const noexcept { return state_->statistics(); }
void Engine::begin_stop() { state_->begin_stop(); }
void Engine::drain(const StopPlan& plan) { state_->drain(plan); }
void Engine::hurry(uint16_t code, uint32_t wait_ms) noexcept { state_->hurry(code, wait_ms); }
bool Engine::drained_within(uint32_t ms) { return state_->drained_within(ms); }
DrainState Engine::drain_state() const noexcept { return state_->drain_state(); }

bool Engine::stop(const StopPlan& plan) { return state_->stop(plan); }

Engine::State::State(const EngineSettings& settings, base::Log& log, const base::Clock& clock,
                     std::unique_ptr<channel::Bus> bus)
    : Runtime(log, settings.mailbox_bytes),
      clock_(clock),
      watchdog_(settings.watchdog, log, clock, *this) {
  deaths_ = settings.deaths;
  bus_ = std::move(bus);
  pool_ = std::make_unique<WorkPool>(std::max(settings.work_threads, 1u), settings.work_queue, log);
  const unsigned loops = std::clamp(settings.loops, 1u, 16u);
  make_loops(clock, loops, settings.process, {settings.statistics, settings.generation});
  for (unsigned index = 0; index < loops; ++index) {
    closers_.push_back(std::make_unique<LoopCloser>(*loops_[index], [this] { tell_change(); }));
    bounds_.push_back(std::make_unique<MemoryBound>(*loops_[index], MemoryBound::kSending,
                                                    settings.send_memory / loops));
    bounds_.push_back(std::make_unique<MemoryBound>(*loops_[index], MemoryBound::kReceiving,
                                                    settings.receive_memory / loops));
  }
}

Engine::State::~State() {
  closers_.clear();
  bounds_.clear();
  loops_.clear();
}

PluginInstance* Engine::State::instance(const InstanceConfig& config) {
  if (stopping_.load()) return nullptr;
  Made* made = nullptr;
  {
    const std::lock_guard lock(instances_mutex_);
    const auto known = std::find_if(instances_.begin(), instances_.end(), [&](const Made& one) {
      return one.instance.config() == config;
    });
    made = known != instances_.end() ? &*known : &instances_.emplace_back(config, *this);
  }
  std::call_once(made->once, [made] { made->good = made->instance.create(); });
  if (!made->instance.is_switched_off()) return made->good ? &made->instance : nullptr;
  tell_if_off(made->instance.suspect(), log_);
  return nullptr;
}

bool Engine::State::start_threads() {
  if (stopping_.load(std::memory_order_acquire)) return false;
  if (started_.load(std::memory_order_acquire)) {
    watchdog_.wake();
    return true;
  }
  std::unique_lock lock(threads_mutex_);
  if (stopping_) return false;
  if (started_) return true;
  try {
    watchdog_.start();
    // Those of a start that failed halfway are still good.
    for (size_t i = threads_.size(); i < loops_.size(); ++i) {
      threads_.reserve(loops_.size());
      const std::string name = "ws-loop-" + std::to_string(i);
      threads_.push_back(
          base::start_quiet_thread(name.c_str(), [this, i] { run_loop(*loops_[i]); }));
      ++running_;
    }
  } catch (const std::system_error& error) {
    if (!std::exchange(start_failed_, true)) {
      lock.unlock();
      log_.write(base::LogLevel::error, std::string("no thread for the loops: ") + error.what());
    }
    return false;
  }
  start_failed_ = false;
  started_.store(true, std::memory_order_release);
  return true;
}

void Engine::State::tell_change() noexcept {
  // Locked, so that it does not fall between a waiter's look and its sleep.
  const std::lock_guard lock(threads_mutex_);
  changed_.notify_all();
}

void Engine::State::end_switched_off() {
  const std::lock_guard lock(instances_mutex_);
  for (Made& made : instances_) {
    if (!made.good || !made.instance.is_switched_off() || std::exchange(made.ended, true)) continue;
    tell_if_off(made.instance.suspect(), log_);
    for (const auto& context : loops_)
      context->loop.post([&made, &loop = *context] { made.instance.end_switched_off(loop); });
  }
}

void Engine::State::run_loop(LoopContext& context) {
  const OwnThread own_thread;
  context.line.store(BlackBox::mine());
  // An exception here is a bug or no memory; the other sessions go on.
  while (!guarded(log_, "a loop", [&] { context.loop.run(); })) {
  }
  OPENSSL_thread_stop();
  const std::lock_guard lock(threads_mutex_);
  --running_;
  changed_.notify_all();
}

void Engine::State::adopt(session::SessionStart start) {
  const auto load = [](const std::unique_ptr<LoopContext>& loop) {
    return loop->table.size() + loop->incoming.load(std::memory_order_relaxed);
  };
  const auto least =
      std::min_element(loops_.begin(), loops_.end(),
                       [&](const auto& a, const auto& b) { return load(a) < load(b); });
  LoopContext& context = **least;
  LoopCloser& closer = *closers_[static_cast<size_t>(least - loops_.begin())];
  context.incoming.fetch_add(1, std::memory_order_relaxed);
  if (start.ssl) context.loop.tls().attach(start.ssl.get());
  try {
    context.loop.post([&context, &closer, start = std::move(start)]() mutable {
      context.incoming.fetch_sub(1, std::memory_order_relaxed);
      closer.admit(std::move(start));
    });
  } catch (...) {
    context.incoming.fetch_sub(1, std::memory_order_relaxed);
    throw;
  }
}

size_t Engine::State::session_count() const noexcept {
  size_t count = 0;
  for (const auto& loop : loops_)
    count += loop->table.size() + loop->incoming.load(std::memory_order_relaxed);
  return count;
}

}  // namespace ws::plugin
