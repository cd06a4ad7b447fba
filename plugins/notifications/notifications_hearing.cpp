// One connection: the channels that it hears, what is kept there, what comes, what expires.
#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>
#include <variant>

#include "notifications_session.h"

namespace notifications {

using wsp::Status;

namespace {

// Many connections that miss the same do not read it in the same instant.
constexpr std::uint64_t kGapSpreadMs = 1000;

void append(std::vector<std::string>& all, std::vector<std::string> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::optional<Notification> parse_published(Services& services, std::string_view channel,
                                            std::string_view payload, wsp::Opcode opcode) {
  auto parsed = opcode == wsp::Opcode::text
                    ? parse_notification(payload, services.options.max_length)
                    : Error{.code = ErrorCode::bad_json};
  if (auto* const said = std::get_if<Notification>(&parsed)) return std::move(*said);
  const auto& error = std::get<Error>(parsed);
  std::string why = "no notification, and delivered to nobody: on the channel " +
                    std::string(channel) + ": " + std::string(to_string(error.code));
  if (!error.field.empty()) why += " (" + error.field + ")";
  services.seldom.warn(std::move(why), services.now_ms());
  return std::nullopt;
}

void NotificationsSession::hear(const std::string& topic) {
  const std::uint64_t visit = ++visits_;
  Heard& heard = heard_
                     .emplace(topic, Heard{.feed = Feed(topic, services_.options.keep),
                                           .channel = channel_of(topic, user_),
                                           .visit = visit})
                     .first->second;
  services_.listeners.add(heard.channel, *this);
  ++pending_;
  // One more than is wanted: so it shows whether there is more.
  const Status status = services_.history.subscribe(
      peer(), heard.channel, {.limit = services_.options.keep + 1, .since = {}},
      [this, topic, visit](const wsp::HistoryReply& reply) {
        --pending_;
        on_page(topic, visit, reply);
      });
  if (status == Status::ok) return;
  --pending_;
  if (status != Status::gone)
    services_.seldom.warn(
        "subscribing to " + channel_of(topic, user_) + ": " + std::string(to_string(status)),
        services_.now_ms());
  (void)stop_hearing(topic);
}

std::vector<std::string> NotificationsSession::stop_hearing(const std::string& topic) {
  const auto heard = heard_.find(topic);
  const Feed& feed = heard->second.feed;
  std::vector<std::string> ids;
  for (const Feed::Entry& entry : feed.entries()) ids.push_back(feed.id_of(entry.offset));
  peer().unsubscribe(heard->second.channel);
  services_.listeners.remove(heard->second.channel, *this);
  heard_.erase(heard);
  return ids;
}

void NotificationsSession::on_page(const std::string& topic, std::uint64_t visit,
                                   const wsp::HistoryReply& reply) {
  const auto heard = heard_.find(topic);
  if (heard != heard_.end() && heard->second.visit == visit) {
    if (reply) take(heard->second, reply);
    heard->second.is_loaded = true;
  }
  if (phase_ == Phase::starting && pending_ == 0) return finish();
  if (phase_ != Phase::ready) return;
  tell_unread();
  watch_expiry();
}

NotificationsSession::Resumption NotificationsSession::resumption(
    const Feed& feed, const wsp::HistoryReply& reply) const {
  if (phase_ != Phase::starting || !since_) return {};
  const auto said = since_->find(feed.topic());
  if (said == since_->end()) return {};
  if (!said->second || said->second->epoch != reply.position().epoch) return {.is_asked = true};
  const std::uint64_t offset = said->second->offset, newest = reply.position().offset;
  const auto is_missed = [offset](const wsp::HistoryMessage message) {
    return message.position().offset > offset;
  };
  const auto missed =
      static_cast<std::uint64_t>(std::count_if(reply.begin(), reply.end(), is_missed));
  if (offset > newest || missed != newest - offset) return {.is_asked = true};
  return {.is_asked = true, .is_complete = true, .after = offset};
}

void NotificationsSession::take(Heard& heard, const wsp::HistoryReply& reply) {
  Feed& feed = heard.feed;
  const bool is_first = !heard.is_loaded;
  const wsp::Position newest = reply.position();
  feed.advance(newest);
  const Resumption resumed = resumption(feed, reply);
  if (resumed.is_asked && !resumed.is_complete) recovered_ = false;
  if (is_guest() && is_first) {
    heard.floor = resumed.is_asked ? resumed.after : newest.offset;
    feed.drop_through(heard.floor);
  }
  const bool is_all = reply.size() <= services_.options.keep;
  if (is_all) {  // what is older has no place in the user's state any more
    const std::uint64_t oldest =
        reply.empty() ? newest.offset + 1 : (*reply.begin()).position().offset;
    state_.mark_read(feed.topic(), newest.epoch, 1, oldest - 1);
  }

  std::vector<std::string> gone;
  const std::vector<Kept> kept = add_kept(heard, reply, is_all, gone);
  if (phase_ == Phase::ready && !is_first) tell_removed(gone);
  for (const auto& [said, position, time_ms] : kept) {
    const Feed::Entry* entry = feed.find(position.offset);
    if (entry == nullptr) continue;
    if (resumed.is_complete ? position.offset <= resumed.after : entry->read) continue;
    std::string message =
        notification_message(feed.topic(), said, position, time_ms,
                             entry->read ? Sending::replay_read : Sending::replay);
    if (phase_ == Phase::starting) {
      backlog_.push_back({time_ms, std::move(message)});
    } else {
      peer().send(message);
    }
  }
}

// Puts what is kept into the feed. What comes back may have to be sent: whoever has been here all
// along got by itself what the feed knew.
std::vector<NotificationsSession::Kept> NotificationsSession::add_kept(
    Heard& heard, const wsp::HistoryReply& reply, bool is_all, std::vector<std::string>& gone) {
  Feed& feed = heard.feed;
  const std::int64_t now_ms = services_.now_ms();
  std::vector<Kept> kept;
  bool is_surplus = !is_all;
  for (const wsp::HistoryMessage message : reply) {
    const wsp::Position position = message.position();
    if (std::exchange(is_surplus, false) || position.offset <= heard.floor ||
        message.time_ms() + services_.options.keep_age.count() < now_ms)
      continue;
    auto said = parse_published(services_, heard.channel, message.payload(), message.opcode());
    if (!said) continue;
    const Feed::Added added =
        feed.add(*said, position, message.time_ms(), state_.is_read(feed.topic(), position));
    for (const std::uint64_t offset : added.gone) gone.push_back(feed.id_of(offset));
    if (added.is_new || !heard.is_loaded)
      kept.push_back({*std::move(said), position, message.time_ms()});
  }
  append(gone, feed.expire(now_ms));
  return kept;
}

void NotificationsSession::on_arrival(const Arrival& arrival) {
  const auto found = heard_.find(arrival.topic);
  if (found == heard_.end()) return;
  Feed& feed = found->second.feed;
  const Feed::Added added = feed.add(arrival.said, arrival.position, arrival.time_ms,
                                     state_.is_read(arrival.topic, arrival.position));
  if (phase_ != Phase::ready) return;
  std::vector<std::string> gone;
  for (const std::uint64_t offset : added.gone) gone.push_back(feed.id_of(offset));
  tell_removed(gone);
  tell_unread();
  watch_expiry();
}

void NotificationsSession::on_gap(std::string_view channel) {
  const bool is_due = !gaps_.empty();
  gaps_.emplace(channel);
  if (is_due) return;
  const std::chrono::milliseconds delay(peer().id() * 0x9E3779B97F4A7C15U % kGapSpreadMs);
  gap_timer_ = services_.timers.after(peer(), delay, [this] { refill(); });
}

// What can't be read now is not asked for again: the next visit brings it.
void NotificationsSession::refill() {
  for (const std::string& channel : std::exchange(gaps_, {})) {
    if (is_state_channel(channel)) {
      (void)services_.history.read(peer(), channel, {.limit = kStatesJoined, .since = {}},
                                   [this](const wsp::HistoryReply& reply) {
                                     take_states(reply);
                                     if (phase_ == Phase::ready) apply_state();
                                   });
      continue;
    }
    const std::string topic(topic_of(channel));
    const auto heard = heard_.find(topic);
    if (heard == heard_.end()) continue;
    (void)services_.history.read(
        peer(), channel, {.limit = services_.options.keep + 1, .since = {}},
        [this, topic, visit = heard->second.visit](const wsp::HistoryReply& reply) {
          on_page(topic, visit, reply);
        });
  }
}

std::size_t NotificationsSession::unread() const {
  std::size_t count = 0;
  for (const auto& [topic, heard] : heard_) count += heard.feed.unread();
  return count;
}

void NotificationsSession::tell_removed(const std::vector<std::string>& ids) {
  if (!ids.empty()) reply(removed_message(ids, told_unread_ = unread()));
}

void NotificationsSession::tell_unread() {
  if (const std::size_t now = unread(); now != told_unread_)
    reply(badge_message(told_unread_ = now));
}

void NotificationsSession::watch_expiry() {
  std::int64_t next_ms = 0;
  for (const auto& [topic, heard] : heard_)
    if (const std::int64_t ms = heard.feed.next_expiry_ms(); ms != 0)
      next_ms = next_ms == 0 ? ms : std::min(next_ms, ms);
  if (next_ms == watched_expiry_ms_) return;
  watched_expiry_ms_ = next_ms;
  if (next_ms == 0) return expiry_timer_.stop();
  const std::chrono::milliseconds delay(std::max<std::int64_t>(next_ms - services_.now_ms(), 1));
  expiry_timer_ = services_.timers.after(peer(), delay, [this] { on_expiry(); });
}

void NotificationsSession::on_expiry() {
  watched_expiry_ms_ = 0;
  std::vector<std::string> ids;
  for (auto& [topic, heard] : heard_) append(ids, heard.feed.expire(services_.now_ms()));
  tell_removed(ids);
  watch_expiry();
}

}  // namespace notifications
