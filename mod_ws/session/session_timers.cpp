// One timer per session: pings, slow frames and messages, peers that don't read, the close.
#include <algorithm>
#include <exception>

#include "net/event_loop.h"
#include "protocol/close_code.h"
#include "session/session.h"

namespace ws::session {

// Milliseconds that wrap around after 49 days: only differences mean something.
uint32_t Session::now_ms() const noexcept { return static_cast<uint32_t>(loop().now_ms()); }

// Keeps the parser while something is half received, and starts the clocks for it.
void Session::keep_inbound(std::unique_ptr<protocol::MessageAssembler> assembler,
                           const Progress& before) {
  if (assembler->idle()) {
    if (inbound_ && inbound_->inflater) table_.give_back(std::move(inbound_->inflater));
    inbound_.reset();
    table_.give_back(std::move(assembler));
    return;
  }
  const bool same_frame = inbound_ && assembler->frames() == before.frames;
  const bool same_message = before.in_message && messages_in_ == before.messages;
  if (!inbound_) inbound_ = std::make_unique<Inbound>(table_.received_bytes());
  if (!same_frame) inbound_->frame_since_ms = now_ms();
  if (!same_message) inbound_->message_since_ms = now_ms();
  inbound_->assembler = std::move(assembler);
  keep_inflater();
  inbound_->memory.set(inbound_->assembler->buffered_bytes() +
                       (inbound_->inflater ? inbound_->inflater->memory() : 0));
  if (!same_frame || !same_message) schedule_next();
}

void Session::schedule_next() {
  if (!is_open()) return;
  const SessionLimits& limits = settings_.limits;
  const uint32_t now = now_ms();
  uint32_t delay = UINT32_MAX;
  const auto due = [&](uint32_t since, uint32_t timeout) {
    const uint32_t passed = now - since;
    delay = std::min(delay, passed >= timeout ? 0 : timeout - passed);
  };
  if (resting_) delay = std::max(meter_.take_bytes(0, limits.rates, now), 1u);
  if (pressed_) due(since_ms_, limits.message_timeout_ms);
  if (input_wanted()) {
    const auto* const partial = inbound_ ? inbound_->assembler.get() : nullptr;
    if (partial && partial->in_frame()) due(inbound_->frame_since_ms, limits.frame_timeout_ms);
    if (partial && partial->in_message())
      due(inbound_->message_since_ms, limits.message_timeout_ms);
    if (limits.ping_interval_ms != 0 && !pressed_) {
      if (ping_sent_) {
        due(since_ms_, limits.pong_timeout_ms);
      } else {
        due(heard_ms_, limits.ping_interval_ms);
      }
    }
    if (contexts_ && !contexts_->are_parked) due(contexts_->used_ms, park_after_ms());
  }
  if (delay != UINT32_MAX) loop().schedule(*this, delay);
}

void Session::on_timer() {
  try {
    run_timer();
  } catch (const std::exception& error) {
    on_fault(error.what());
  }
}

void Session::run_timer() {
  const uint32_t now = now_ms();
  switch (state_) {
    case State::opening:
    case State::ended:
      return;
    case State::closing:
      return drop(slow_ ? "too slow, and no answer to our Close" : "no answer to our Close");
    case State::finishing:
      return drop("the peer did not end the connection");
    case State::open:
      break;
  }
  if (resting_ && meter_.take_bytes(0, settings_.limits.rates, now) == 0) end_rest();
  if (pressed_ && !check_pressure_stall(now)) return;
  if (input_wanted()) {
    if (!check_partial(now)) return;
    if (!pressed_ && !check_ping(now)) return;
    check_contexts(now);
  }
  schedule_next();
}

bool Session::check_pressure_stall(uint32_t now) {
  if (now - since_ms_ < settings_.limits.message_timeout_ms) return true;
  const auto left = static_cast<uint32_t>(bytes_out_ - queued_bytes());
  if (left == progress_) return drop("the peer does not read"), false;
  progress_ = left;
  since_ms_ = now;
  return true;
}

bool Session::check_partial(uint32_t now) {
  if (!inbound_) return true;
  const SessionLimits& limits = settings_.limits;
  if (inbound_->assembler->in_frame() && now - inbound_->frame_since_ms >= limits.frame_timeout_ms)
    return fail(protocol::kPolicyViolation, "frame takes too long"), false;
  if (inbound_->assembler->in_message() &&
      now - inbound_->message_since_ms >= limits.message_timeout_ms)
    return fail(protocol::kPolicyViolation, "message takes too long"), false;
  return true;
}

bool Session::check_ping(uint32_t now) {
  const SessionLimits& limits = settings_.limits;
  if (limits.ping_interval_ms == 0) return true;
  if (ping_sent_) {
    if (now - since_ms_ < limits.pong_timeout_ms) return true;
    return drop("no answer to our ping"), false;
  }
  if (now - heard_ms_ < limits.ping_interval_ms) return true;
  write_frame(protocol::Opcode::ping, {});
  ping_sent_ = true;
  if (pongs_due_ < UINT8_MAX) ++pongs_due_;
  since_ms_ = now;
  return true;
}

}  // namespace ws::session
