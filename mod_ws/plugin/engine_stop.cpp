// How all of a process's sessions, threads and instances end.
#include "plugin/engine_state.h"

namespace ws::plugin {

namespace {

// A thread that does not come back within this time after the cut is stuck in a plugin.
constexpr auto kThreadsEnd = std::chrono::milliseconds(2000);

}  // namespace

void Engine::State::begin_stop() {
  {
    const std::lock_guard lock(threads_mutex_);
    if (stopping_.exchange(true)) return;
  }
  const std::lock_guard lock(instances_mutex_);
  for (Made& made : instances_)
    if (made.good) first_loop().loop.post([&made] { made.instance.announce_stop(); });
}

bool Engine::State::stop(const StopPlan& plan) {
  if (end_ != End::none) return end_ == End::whole;
  end_ = End::stuck;
  begin_stop();
  close_sessions(plan);
  if (!sessions_end_within(std::chrono::milliseconds(plan.spread_ms + plan.wait_ms)))
    cut_sessions();
  const bool pool_ended = pool_->stop(static_cast<uint32_t>(kThreadsEnd.count()));
  for (const auto& context : loops_) context->loop.post([&loop = context->loop] { loop.stop(); });
  if (!threads_end_within(kThreadsEnd) || !pool_ended) {
    for (std::thread& thread : threads_) thread.detach();
    return false;
  }
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

void Engine::State::close_sessions(const StopPlan& plan) {
  for (size_t i = 0; i < loops_.size(); ++i)
    loops_[i]->loop.post([&closer = *closers_[i], code = plan.code, spread_ms = plan.spread_ms] {
      closer.begin(code, spread_ms);
    });
}

void Engine::State::cut_sessions() {
  for (size_t i = 0; i < loops_.size(); ++i)
    loops_[i]->loop.post([&closer = *closers_[i]] { closer.cut(); });
}

bool Engine::State::sessions_end_within(std::chrono::milliseconds time) {
  std::unique_lock lock(threads_mutex_);
  return changed_.wait_for(lock, time, [this] { return running_ == 0 || session_count() == 0; });
}

bool Engine::State::threads_end_within(std::chrono::milliseconds time) {
  std::unique_lock lock(threads_mutex_);
  return changed_.wait_for(lock, time, [this] { return running_ == 0; });
}

}  // namespace ws::plugin
