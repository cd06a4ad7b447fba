// How all of a process's sessions, threads and instances end.
#include "plugin/engine_state.h"

namespace ws::plugin {

namespace {

// A thread that does not come back within this time after the cut is stuck in a plugin.
constexpr auto kThreadsEnd = std::chrono::milliseconds(2000);
// The loops have cut who is left so long after the end of the wait, or one of them is stuck.
constexpr uint64_t kCutMs = 250;

}  // namespace

void Engine::State::begin_stop() {
  {
    const std::lock_guard lock(threads_mutex_);
    stopping_ = true;
  }
  if (announced_.exchange(true)) return;
  const std::lock_guard lock(instances_mutex_);
  for (Made& made : instances_)
    if (made.good) first_loop().loop.post([&made] { made.instance.announce_stop(); });
}

void Engine::State::drain(const StopPlan& plan) {
  begin_stop();
  if (draining_.exchange(true)) return;
  const uint64_t now = clock_.now_ms();
  drain_since_ms_ = now;
  drain_sessions_ = session_count();
  RowHead& shown = first_loop().row.head();
  shown.stopping_since_ms.set(now);
  shown.stopping_sessions.set(drain_sessions_);
  if (plan.spread_ms != StopPlan::kUntilTheyLeave)
    end_drain_by(now + plan.spread_ms + plan.wait_ms);
  for (size_t i = 0; i < loops_.size(); ++i)
    loops_[i]->loop.post([&closer = *closers_[i], plan] { closer.begin(plan); });
}

void Engine::State::hurry(uint16_t code, uint32_t wait_ms) noexcept {
  stopping_ = true;
  end_drain_by(clock_.now_ms() + wait_ms);
  for (const auto& closer : closers_) closer->hurry(code, wait_ms);
}

// Never later than before.
void Engine::State::end_drain_by(uint64_t time_ms) noexcept {
  uint64_t known = drain_until_ms_;
  while (time_ms < known && !drain_until_ms_.compare_exchange_weak(known, time_ms)) {
  }
  first_loop().row.head().stopping_until_ms.set(drain_until_ms_);
}

bool Engine::State::drained_within(uint32_t ms) {
  std::unique_lock lock(threads_mutex_);
  const bool ended = changed_.wait_for(lock, std::chrono::milliseconds(ms),
                                       [this] { return running_ == 0 || session_count() == 0; });
  const uint64_t until = drain_until_ms_;
  return ended || (until != UINT64_MAX && clock_.now_ms() >= until + kCutMs);
}

DrainState Engine::State::drain_state() const noexcept {
  return {draining_, drain_since_ms_, drain_until_ms_, drain_sessions_};
}

bool Engine::State::stop(const StopPlan& plan) {
  if (end_ != End::none) return end_ == End::whole;
  end_ = End::stuck;
  if (draining_) hurry(plan.code, plan.wait_ms);
  drain(plan);
  while (!drained_within(100)) {
  }
  cut_sessions();
  const bool pool_ended = pool_->stop(static_cast<uint32_t>(kThreadsEnd.count()));
  for (const auto& context : loops_) context->loop.post([&loop = context->loop] { loop.stop(); });
  const bool loops_ended = threads_end_within(kThreadsEnd);
  if (!loops_ended || !pool_ended) {
    // Nor is the watchdog waited for: it may wait for a lock that the stuck thread has.
    for (std::thread& thread : threads_) thread.detach();
    return false;
  }
  watchdog_.stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  // What was posted last, or to loops that never ran. No session begins from it.
  for (const auto& closer : closers_) closer->cut();
  for (const auto& context : loops_) context->loop.run_once(0);
  for (Made& made : instances_) {
    for (const auto& context : loops_) context->timers.remove_all(&made.instance);
    made.instance.destroy();
  }
  end_ = End::whole;
  return true;
}

void Engine::State::cut_sessions() {
  for (size_t i = 0; i < loops_.size(); ++i)
    loops_[i]->loop.post([&closer = *closers_[i]] { closer.cut(); });
}

bool Engine::State::threads_end_within(std::chrono::milliseconds time) {
  std::unique_lock lock(threads_mutex_);
  return changed_.wait_for(lock, time, [this] { return running_ == 0; });
}

}  // namespace ws::plugin
