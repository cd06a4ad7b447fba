// Ends one loop's sessions, over time.
#include "plugin/loop_closer.h"

#include <algorithm>
#include <utility>

namespace ws::plugin {

namespace {
// As fine as the loop's timers are.
constexpr uint32_t kStepMs = 50;
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
  if (session::Session* const session = context_.table.find(id)) session->close(code_, {});
}

void LoopCloser::begin(uint16_t code, uint32_t spread_ms) {
  phase_ = Phase::closing;
  code_ = code;
  begin_ms_ = context_.loop.now_ms();
  spread_ms_ = spread_ms;
  context_.table.for_each([this](session::Session& session) { open_.push_back(session.id()); });
  total_ = open_.size();
  on_timer();
}

// Closes as many as the time that has passed asks for.
void LoopCloser::on_timer() {
  const uint64_t passed = context_.loop.now_ms() - begin_ms_;
  const size_t due = passed >= spread_ms_ ? total_ : total_ * passed / spread_ms_;
  while (total_ - open_.size() < due) {
    const session::SessionId id = open_.back();
    open_.pop_back();
    if (session::Session* const session = context_.table.find(id)) session->close(code_, {});
  }
  // Some end when no turn end follows: on_turn_end() comes at least this often.
  if (context_.table.size() > 0) context_.loop.schedule(*this, kStepMs);
}

void LoopCloser::cut() {
  phase_ = Phase::cut;
  open_.clear();
  stop_timer();
  context_.table.for_each([](session::Session& session) { session.drop("the server stops"); });
}

void LoopCloser::on_turn_end() {
  if (phase_ != Phase::serving && context_.table.size() == 0) on_empty_();
}

}  // namespace ws::plugin
