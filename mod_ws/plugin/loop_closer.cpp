// Ends one loop's sessions, over time.
#include "plugin/loop_closer.h"

#include <algorithm>
#include <random>
#include <utility>

namespace ws::plugin {

namespace {
// As fine as the loop's timers are; and while only their leaving is waited for.
constexpr uint32_t kStepMs = 50;
constexpr uint32_t kLookMs = 1000;
}  // namespace

LoopCloser::LoopCloser(LoopContext& context, std::function<void()> on_empty)
    : context_(context), on_empty_(std::move(on_empty)) {
  context_.loop.add_turn_end(*this);
}

LoopCloser::~LoopCloser() { context_.loop.remove_turn_end(*this); }

void LoopCloser::admit(session::SessionStart start) {
  if (phase_ == Phase::cut) return;
  const session::SessionId id = session::Session::begin(context_.table, std::move(start));
  if (phase_ == Phase::serving) return;
  open_.insert(open_.begin(), id);
  ++total_;
  on_timer();
}

void LoopCloser::begin(const StopPlan& plan) {
  if (phase_ != Phase::serving) return;
  phase_ = Phase::closing;
  plan_ = plan;
  begin_ms_ = context_.loop.now_ms();
  context_.table.for_each([this](session::Session& session) { open_.push_back(session.id()); });
  // So that no room and no user loses all of its connections at the same time.
  std::ranges::shuffle(open_, std::minstd_rand(static_cast<uint32_t>(begin_ms_)));
  total_ = open_.size();
  on_timer();
}

void LoopCloser::hurry(uint16_t code, uint32_t wait_ms) noexcept {
  hurry_.store(uint64_t{code} << 32 | wait_ms, std::memory_order_release);
  context_.loop.wake();
}

void LoopCloser::take_hurry() {
  const uint64_t hurry = hurry_.exchange(0, std::memory_order_acquire);
  const StopPlan plan{static_cast<uint16_t>(hurry >> 32), 0, static_cast<uint32_t>(hurry)};
  if (phase_ == Phase::serving) return begin(plan);
  if (phase_ == Phase::cut) return;
  plan_ = plan;
  begin_ms_ = context_.loop.now_ms();
  on_timer();
}

// Closes as many as the time that has passed asks for.
void LoopCloser::on_timer() {
  if (phase_ != Phase::closing) return;
  const bool has_end = plan_.spread_ms != StopPlan::kUntilTheyLeave;
  if (has_end) {
    const uint64_t passed = context_.loop.now_ms() - begin_ms_;
    close_until(passed >= plan_.spread_ms ? 0 : total_ - total_ * passed / plan_.spread_ms);
    if (passed >= uint64_t{plan_.spread_ms} + plan_.wait_ms) return cut();
  }
  // Some end when no turn end follows: on_turn_end() comes at least this often.
  if (context_.table.size() > 0) context_.loop.schedule(*this, has_end ? kStepMs : kLookMs);
}

void LoopCloser::close_until(size_t left) {
  while (open_.size() > left) {
    const session::SessionId id = open_.back();
    open_.pop_back();
    if (session::Session* const session = context_.table.find(id)) session->close(plan_.code, {});
  }
}

void LoopCloser::cut() {
  phase_ = Phase::cut;
  open_.clear();
  stop_timer();
  context_.table.for_each([](session::Session& session) { session.drop("the server stops"); });
}

void LoopCloser::on_turn_end() {
  if (hurry_.load(std::memory_order_relaxed) != 0) take_hurry();
  if (phase_ != Phase::serving && context_.table.size() == 0) on_empty_();
}

}  // namespace ws::plugin
