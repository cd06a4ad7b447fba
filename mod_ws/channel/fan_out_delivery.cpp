// What is published, on its way to one loop's sessions.
#include <utility>

#include "channel/close_order.h"
#include "channel/fan_out.h"
#include "protocol/close_code.h"

namespace ws::channel {

namespace {

// How often the clock is asked while a large audience is served.
constexpr unsigned kEntriesPerSliceCheck = 32;
// When more waits, publishers are faster than this loop: it reads no more before it has caught up.
constexpr size_t kCatchUp = size_t{16} << 20;

const BatchForm& form_for(const session::Session& session, const Batch& batch) {
  const unsigned window_bits = session.deflate().server_window_bits;
  if (window_bits == 0) return batch.plain();
  return batch.compressed(window_bits, *session.settings().limits.deflate,
                          session.table().deflaters());
}

}  // namespace

void FanOut::wake() noexcept {
  woken_.store(true, std::memory_order_release);
  if (!loop_.is_current()) return loop_.wake();
  if (!loop_.turn_end_is_due()) loop_.run_again();
}

void FanOut::on_turn_end() {
  if (woken_.load(std::memory_order_relaxed) && woken_.exchange(false, std::memory_order_acquire)) {
    bus_.receive(*this, events_);
    count_delay();
    for (const Event& event : events_) take(event);
    events_.clear();
    for (Audience* audience : std::exchange(open_, {})) seal(*audience);
  }
  if (!due_.empty()) deliver_slice();
  if (!changed_.empty()) recount();
  if (!maybe_unused_.empty()) sweep();
  if (std::exchange(holds_publishes_, false)) bus_.release();
}

// By the wall clock, which the publisher's process used: it may have been set meanwhile.
void FanOut::count_delay() noexcept {
  if (events_.empty()) return;
  counts_->turns.add(1);
  const int64_t delay_ms = base::unix_time_ms() - events_.front().time_ms;
  if (delay_ms > 0) counts_->delays_ms.add(static_cast<uint64_t>(delay_ms));
}

void FanOut::hold_publishes() {
  if (holds_publishes_) return;
  holds_publishes_ = true;
  bus_.hold();
  if (!loop_.turn_end_is_due()) loop_.run_again();
}

// Each audience of the channel gives the event its form.
void FanOut::take(const Event& event) {
  LocalChannel* const channel = find(event.family ? event.family.view() : event.channel.view());
  if (!channel) return;
  if (event.kind == Event::Kind::gap) counts_->gaps.add(1);
  if (event.kind == Event::Kind::control) return close_sessions(*channel, event.payload.view());
  if (event.kind == Event::Kind::gap && !channel->audiences.empty() &&
      !channel->audiences.front()->shaper.may_miss(channel->name))
    return close_sessions(*channel, encode_close(protocol::kTryAgainLater, "missed something"));
  // A shaper may bring another audience into the channel.
  for (size_t i = 0; i < channel->audiences.size(); ++i) {
    Audience& audience = *channel->audiences[i];
    if (audience.entries.empty() && audience.entered == 0) continue;
    WireMessage wire{event.type, event.payload.view(), {}};
    if (!audience.shaper.shape(event, wire)) continue;
    if (!audience.open) {
      audience.open = std::make_unique<Batch>();
      open_.push_back(&audience);
    }
    audience.open->add(wire.type, wire.payload, event.order, event.except);
    if (audience.open->is_full()) seal(audience);
  }
}

// Whoever is closed may leave its channels within the call.
void FanOut::close_sessions(const LocalChannel& channel, std::string_view order) {
  uint16_t code = 0;
  std::string_view reason;
  if (!decode_close(order, code, reason)) return;
  std::vector<session::SessionId> ids;
  session::SessionTable* table = nullptr;
  for (const auto& audience : channel.audiences)
    for (const Audience::Entry& entry : audience->entries) {
      ids.push_back(entry.session->id());
      table = &entry.session->table();
    }
  if (table == nullptr) return;
  for (const session::SessionId id : ids)
    if (session::Session* const session = table->find(id)) session->close(code, reason);
}

void FanOut::seal(Audience& audience) {
  if (!audience.open) return;
  const std::shared_ptr<Batch> batch = std::move(audience.open);
  batch->seal();
  if (audience.sealed.empty()) due_.push_back(&audience);
  audience.sealed.push_back(batch);
  sealed_bytes_ += batch->size();
}

void FanOut::deliver_slice() {
  const bool sliced = sealed_bytes_ < kCatchUp;
  loop_.begin_slice();
  while (!due_.empty()) {
    Audience& audience = *due_.front();
    if (!deliver(audience, sliced)) break;
    due_.pop_front();
  }
  if (!due_.empty()) loop_.run_again();
}

// False: the slice is over before all have all.
bool FanOut::deliver(Audience& audience, bool sliced) {
  unsigned countdown = kEntriesPerSliceCheck;
  while (!audience.sealed.empty()) {
    const std::shared_ptr<const Batch> batch = audience.sealed.front();
    while (audience.delivered < audience.entries.size()) {
      give(audience.entries[audience.delivered++], audience.stream, batch);
      if (--countdown > 0) continue;
      countdown = kEntriesPerSliceCheck;
      if (sliced && loop_.slice_is_over()) return false;
    }
    audience.delivered = 0;
    audience.sealed.pop_front();
    sealed_bytes_ -= batch->size();
  }
  return true;
}

void FanOut::give(Audience::Entry& entry, uint64_t stream,
                  const std::shared_ptr<const Batch>& batch) {
  if (entry.after == Audience::kWaiting) {
    entry.subscriber->subscriptions_[entry.slot].waiting->batches.push_back(batch);
    return;
  }
  session::Session& session = *entry.session;
  const Batch::Part part = batch->part_for(session.id(), entry.after);
  if (part == Batch::Part::none) return;
  const BatchForm& form = form_for(session, *batch);
  if (form.is_compressed) session.break_context();
  if (part == Batch::Part::all) {
    session.send_frames(form.frames, batch->count(), stream, form.begin_of(batch->count() - 1));
    return;
  }
  const Batch::Cut cut = batch->cut_for(session.id(), entry.after, form);
  if (cut.count > 0) session.send_frames(cut.frames, cut.count, stream, cut.last);
}

}  // namespace ws::channel
