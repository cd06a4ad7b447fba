// wsp/testing/fake_host_world.hpp - the part of FakeHost around the plugin: clients, fan-out,
// presence, time, work, other processes. Included by fake_host.hpp.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "wsp/testing/fake_host.hpp"

namespace wsp::testing {

// ---- clients ----

inline void FakeClient::receive_from_peer(Frame frame) { host_.receive(*this, std::move(frame)); }

inline void FakeHost::receive(FakeClient& client, Frame frame) {
  if (!client.is_open()) return;
  if (client.paused_) {
    client.input_.push_back(std::move(frame));
  } else {
    deliver(client, frame);
  }
  settle();
}

inline void FakeClient::close(uint16_t code, std::string_view reason) {
  if (phase_ != Phase::open) return;
  const uint16_t seen = code == 0 ? 1005 : code;
  close_code_ = seen;  // the server's answer
  host_.end(*this, seen, reason);
  host_.settle();
}

inline void FakeClient::vanish() {
  if (phase_ != Phase::open && phase_ != Phase::closing) return;
  host_.end(*this, 1006, "");
  host_.settle();
}

inline void FakeClient::read() {
  reading_ = true;
  for (Frame& frame : output_) received_.push_back(std::move(frame));
  output_.clear();
  queued_bytes_ = 0;
  if (!std::exchange(was_full_, false) || !is_open() || !host_.plugin_.on_drain) return;
  host_.callback(
      "on_drain", [this] { host_.plugin_.on_drain(state_); }, id_);
  host_.settle();
}

inline bool FakeClient::subscribed_to(std::string_view channel) const {
  return host_.channels_.is_subscribed(channel, id_);
}

inline wsp_status FakeHost::queue(FakeClient& client, const Frame& frame) {
  if (client.reading_) {
    client.received_.push_back(frame);
    return WSP_OK;
  }
  const size_t size = frame.payload.size();
  const size_t wire_size = size + (size < 126 ? 2 : size < 65536 ? 4 : 10);
  if (client.queued_bytes_ != 0 && client.queued_bytes_ >= send_queue) {
    if (slow_client == SlowClient::close) {
      close(client.id_, 1013, "too slow");
    } else {
      client.was_full_ = true;
    }
    return WSP_E_FULL;
  }
  client.queued_bytes_ += wire_size;
  client.output_.push_back(frame);
  return WSP_OK;
}

// ---- channels ----

namespace detail {

// A wsp_delivery, lent to the plugin for one call, and what it made of it.
class LentDelivery {
 public:
  LentDelivery(std::string_view channel, const Frame& frame, wsp_position position,
               int64_t time_ms) {
    raw_ = {sizeof(wsp_delivery),
            this,
            loan_.lend(channel),
            frame.opcode,
            loan_.lend(frame.payload),
            position,
            time_ms,
            replace,
            static_cast<uint8_t>(frame.no_compress ? 1 : 0)};
  }
  LentDelivery(const LentDelivery&) = delete;
  LentDelivery& operator=(const LentDelivery&) = delete;

  wsp_delivery* raw() noexcept { return &raw_; }
  const std::optional<Frame>& replacement() const noexcept { return replacement_; }
  const std::string& misuse() const noexcept { return misuse_; }

 private:
  static wsp_status replace(wsp_delivery* d, wsp_opcode opcode, wsp_bytes payload) {
    auto& self = *static_cast<LentDelivery*>(d->impl);
    if (self.replacement_) {
      self.misuse_ = "replace: a second time";
    } else if (!detail::is_opcode(opcode)) {
      self.misuse_ = "replace: an unknown opcode";
    } else if (detail::plain(opcode) == WSP_TEXT && !is_utf8(view(payload))) {
      self.misuse_ = "replace: text that is not UTF-8";
    } else {
      self.replacement_ = frame_of(opcode, view(payload), self.raw_.no_compress != 0);
      return WSP_OK;
    }
    return WSP_E_INVALID;
  }

  Loan loan_;
  wsp_delivery raw_;
  std::optional<Frame> replacement_;
  std::string misuse_;
};

}  // namespace detail

inline void FakeHost::fan_out(const FakeChannels::Message& message) {
  for (const auto& audience : channels_.audiences(*message)) {
    const auto frame = wire_form(*message);
    if (!frame) continue;
    for (const wsp_session session : audience.sessions)
      if (FakeClient* client = find(session); client && client->is_open())
        give(*client, message->channel, *frame, audience.by_name);
  }
}

// Nothing: the plugin drops it.
inline std::optional<Frame> FakeHost::wire_form(const Published& message) {
  if (!plugin_.on_deliver) return message.frame;
  detail::LentDelivery delivery(message.channel, message.frame, message.position, message.time_ms);
  wsp_status status = WSP_E_FAILED;
  const bool outer = std::exchange(keeps_plain_, keeps_plain_ || message.frame.no_compress);
  callback("on_deliver", [&] { status = plugin_.on_deliver(self_, delivery.raw()); });
  keeps_plain_ = outer;
  if (!delivery.misuse().empty()) complain(delivery.misuse());
  if (status != WSP_OK) return std::nullopt;
  return delivery.replacement() ? *delivery.replacement() : message.frame;
}

// What comes by name waits behind the history that was asked for.
inline void FakeHost::give(FakeClient& client, std::string_view channel, const Frame& frame,
                           bool by_name) {
  auto& waiting = client.late_history_;
  const auto late = std::find_if(waiting.begin(), waiting.end(), [&](const auto& l) {
    return by_name && l.subscribes && l.channel == channel;
  });
  if (late != waiting.end()) {
    late->live.push_back(frame);
  } else {
    queue(client, frame);
  }
}

inline void FakeHost::lose(std::string_view channel, const std::vector<std::string>& texts,
                           const wsp_publish_options* keep) {
  for (const std::string& text : texts)
    (void)channels_.publish(channel, Frame{WSP_TEXT, text}, 0, now_ms_, keep);
  soon([this, name = std::string(channel), position = channels_.position(channel)] {
    tell_gap(name, position, false);
    for (const std::string& prefix : channels_.prefixes_of(name)) tell_gap(prefix, {}, true);
  });
}

inline void FakeHost::tell_gap(const std::string& name, wsp_position position, bool is_prefix) {
  const auto subscribers =
      is_prefix ? channels_.prefix_subscribers(name) : channels_.subscribers(name);
  if (!gap_fn_ || subscribers.empty()) return;
  detail::LentDelivery notice(name, {}, position, now_ms_);
  callback("on_gap", [&] { gap_fn_(gap_self_, notice.raw()); });
  if (!notice.misuse().empty()) complain(notice.misuse());
  if (!notice.replacement()) return;
  for (const wsp_session s : subscribers)
    if (FakeClient* client = find(s); client && client->is_open())
      give(*client, name, *notice.replacement(), !is_prefix);
}

inline void FakeHost::answer_history() {
  settle();
  for (const auto& client : clients_)
    for (const auto& late : std::exchange(client->late_history_, {})) {
      late.answer(false);
      for (const Frame& frame : late.live)
        if (client->is_open()) queue(*client, frame);
    }
  settle();
}

inline void FakeHost::changed(const std::vector<FakePresence::Change>& changes) {
  for (const auto& change : changes) soon([this, change] { announce(change); });
}

inline void FakeHost::announce(const FakePresence::Change& change) {
  const auto subscribers = channels_.subscribers(change.channel);
  std::unique_lock lock(mutex_);
  const bool somebody = !subscribers.empty() || presence_.has_any(change.channel, alive_);
  lock.unlock();
  if (!presence_fn_ || !somebody) return;
  Loan loan;
  const wsp_member member = {sizeof(wsp_member), change.joined ? 1U : 0U, loan.lend(change.key),
                             loan.lend(change.info)};
  detail::LentDelivery announcement(change.channel, {}, {}, now_ms_);
  callback("on_presence", [&] {
    presence_fn_(presence_self_, &member, change.joined ? 1 : 0, announcement.raw());
  });
  if (!announcement.misuse().empty()) complain(announcement.misuse());
  if (!announcement.replacement()) return;
  for (const wsp_session s : subscribers)
    if (FakeClient* client = find(s); client && client->is_open())
      queue(*client, *announcement.replacement());
}

// ---- time and work ----

inline void FakeHost::advance(std::chrono::milliseconds by) {
  settle();
  const int64_t until = now_ms_ + by.count();
  for (;;) {
    auto next = timers_.end();
    for (auto t = timers_.begin(); t != timers_.end(); ++t)
      if (t->second.due_ms <= until &&
          (next == timers_.end() || t->second.due_ms < next->second.due_ms))
        next = t;
    if (next == timers_.end()) break;
    const wsp_timer next_id = next->first;
    const TimerEntry timer = next->second;
    now_ms_ = std::max(now_ms_, timer.due_ms);
    expire();
    if (!timers_.contains(next_id)) continue;
    if (timer.repeat_ms == 0) {
      timers_.erase(next);
    } else {
      next->second.due_ms += timer.repeat_ms;
    }
    callback(
        "a timer", [&] { timer.fn(timer.arg); }, timer.session);
    settle();
  }
  now_ms_ = until;
  expire();
}

inline void FakeHost::expire() {
  for (const auto& client : clients_)
    if (client->is_open() && client->expires_ms_ != 0 && client->expires_ms_ <= now_ms_)
      close(client->id_, 4401, "expired");
  settle();
}

inline size_t FakeHost::run_work() {
  size_t ran = 0;
  for (; !work_.empty(); ++ran) {
    const Job job = work_.front();
    work_.pop_front();
    on_worker_ = true;
    callback("a job", [&] { job.work(job.arg); });
    on_worker_ = false;
    settle();
    const bool gone = job.session != 0 && !find(job.session);
    const auto done = [&] { job.done(job.arg, gone ? WSP_E_GONE : WSP_OK); };
    callback("a job's done", done, gone ? 0 : job.session);
    settle();
  }
  return ran;
}

// ---- other processes ----

inline void FakeHost::publish_elsewhere(std::string_view channel, std::string_view payload,
                                        wsp_opcode opcode, const wsp_publish_options* keep) {
  const auto message =
      channels_.publish(channel, detail::frame_of(opcode, payload), 0, now_ms_, keep);
  soon([this, message] { fan_out(message); });
}

inline void FakeHost::enter_elsewhere(std::string_view channel, std::string_view key,
                                      std::string_view info) {
  const wsp_session s = next_elsewhere_++;
  elsewhere_[{std::string(channel), std::string(key)}].push_back(s);
  std::unique_lock lock(mutex_);
  const auto changes = presence_.enter(channel, s, key, info);
  lock.unlock();
  changed(*changes);
}

inline void FakeHost::leave_elsewhere(std::string_view channel, std::string_view key) {
  auto& sessions = elsewhere_[{std::string(channel), std::string(key)}];
  if (sessions.empty()) throw std::logic_error("nobody entered elsewhere under this key");
  std::unique_lock lock(mutex_);
  const auto changes = presence_.leave(channel, sessions.back());
  lock.unlock();
  sessions.pop_back();
  changed(changes);
}

// ---- what was seen ----

inline std::vector<FakeHost::LogLine> FakeHost::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

inline bool FakeHost::logged(std::string_view part) const {
  const std::lock_guard lock(mutex_);
  for (const LogLine& line : log_)
    if (line.text.find(part) != std::string::npos) return true;
  return false;
}

inline std::vector<std::string> FakeHost::take_complaints() {
  const std::lock_guard lock(mutex_);
  return std::exchange(complaints_, {});
}

inline size_t FakeHost::stale_calls() const {
  const std::lock_guard lock(mutex_);
  return stale_calls_;
}

}  // namespace wsp::testing
