// How much a peer may send in a second, and what it misses when it doesn't read.
#include "net/event_loop.h"
#include "protocol/close_code.h"
#include "session/session.h"

namespace ws::session {

bool Session::take_control() {
  if (meter_.take_control(settings_.limits.rates, now_ms())) return true;
  fail(protocol::kPolicyViolation, "too many pings and pongs");
  return false;
}

// Input counts when it is handled. What is beyond the credit is paid off before more is read, and
// the clocks of the frame and the message under way stand still meanwhile.
void Session::charge(size_t bytes) {
  const Rates& rates = settings_.limits.rates;
  if (rates.bytes.per_second == 0 || state_ != State::open) return;
  const uint32_t rest_ms = meter_.take_bytes(bytes, rates, now_ms());
  if (rest_ms == 0) return;
  if (rates.too_many_bytes_close) return fail(protocol::kPolicyViolation, "too many bytes");
  resting_ = true;
  if (inbound_) {
    inbound_->frame_since_ms += rest_ms;
    inbound_->message_since_ms += rest_ms;
  }
  apply_input();
  schedule_next();
}

void Session::end_rest() {
  resting_ = false;
  ping_sent_ = false;
  heard_ms_ = now_ms();
  apply_input();
}

// Published messages that wait go, if they may.
bool Session::make_room() {
  if (settings_.limits.slow_client < SlowClient::drop_oldest) return false;
  take_back(drop_oldest(settings_.limits.send_queue));
  return waiting_bytes() < settings_.limits.send_queue;
}

// Whether the peer is behind, so that of this stream only the newest message may wait: those
// before it are dropped.
bool Session::conflate(uint64_t stream) {
  if (stream == 0 || waiting_bytes() == 0) return false;
  if (settings_.limits.slow_client != SlowClient::latest) return false;
  try_flush();
  if (waiting_bytes() == 0) return false;
  take_back(drop_stream(stream));
  return true;
}

// What was counted when it was queued, and does not leave.
void Session::take_back(net::Dropped dropped) {
  bytes_out_ -= dropped.bytes;
  messages_out_ -= dropped.messages;
  count_dropped(dropped.messages);
}

void Session::count_dropped(uint32_t messages) {
  dropped_ += messages;
  table_.count_dropped(messages);
  traffic().dropped.add(messages);
}

// While most of what waits may be dropped, the peer's wishes are heard: it may want less.
bool Session::reads_under_pressure() const noexcept {
  return settings_.limits.slow_client >= SlowClient::drop_oldest &&
         lasting_bytes() * 2 <= settings_.limits.send_queue;
}

}  // namespace ws::session
