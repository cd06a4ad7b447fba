// One connection: what it says, what a user's state does to it, how it begins.
#include "notifications_session.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace notifications {

using shared::kCostOfMessage;
using wsp::Status;

namespace {

constexpr std::chrono::seconds kHelloWait{2};
constexpr std::int64_t kRefreshStateMs = 3'600'000;
// What is sent at once to a client that comes: fits its output queue.
constexpr std::size_t kMaxBacklogBytes = 256 * 1024;

}  // namespace

NotificationsSession::NotificationsSession(wsp::Peer peer, Services& services,
                                           std::string_view user, std::string_view display_name)
    : Session(peer),
      services_(services),
      traffic_(services.options.rate, services.options.burst, services.options.max_errors),
      user_(user),
      name_(display_name.empty() ? user : display_name),
      hello_timer_(services.timers.after(peer, kHelloWait, [this] { start(std::nullopt); })) {}

NotificationsSession::~NotificationsSession() {
  if (!is_guest()) services_.listeners.remove(state_channel_of(user_), *this);
  for (const auto& [topic, heard] : heard_) services_.listeners.remove(heard.channel, *this);
}

void NotificationsSession::on_message(const wsp::Message& message) {
  if (phase_ == Phase::closing) return;
  auto parsed = parse_message(message.payload());
  if (const Error* error = std::get_if<Error>(&parsed)) return complain(*error);
  auto& said = std::get<ClientMessage>(parsed);
  if (phase_ == Phase::waiting && !std::holds_alternative<Hello>(said)) start(std::nullopt);
  if (phase_ == Phase::starting) {
    held_ = std::move(said);
    peer().pause_input();
    return;
  }
  std::visit([this](const auto& what) { handle(what); }, said);
}

void NotificationsSession::handle(const Hello& hello) {
  if (has_said_hello_) return complain({.code = ErrorCode::hello_again, .of = "hello"});
  if (!pay("hello")) return;
  has_said_hello_ = true;
  if (phase_ == Phase::waiting) return start(hello.since);
  // What waited was sent already: the unread ones.
  since_ = hello.since;
  recovered_ = false;
  std::map<std::string, wsp::Position> positions;
  for (const auto& [topic, heard] : heard_) positions[topic] = heard.feed.position();
  reply(ready_message(unread(), positions, recovery()));
}

void NotificationsSession::start(std::optional<Since> since) {
  if (phase_ != Phase::waiting) return;
  phase_ = Phase::starting;
  since_ = std::move(since);
  hello_timer_.stop();
  if (is_guest()) return start_hearing();
  const std::string channel = state_channel_of(user_);
  services_.listeners.add(channel, *this);
  is_shared_ = true;
  const Status status =
      services_.history.subscribe(peer(), channel, {.limit = kStatesJoined, .since = {}},
                                  [this](const wsp::HistoryReply& states) {
                                    take_states(states);
                                    start_hearing();
                                  });
  if (status == Status::ok) return;
  if (status != Status::gone)
    services_.seldom.warn("what a user has read can't be shared: subscribing to " + channel + ": " +
                              std::string(to_string(status)),
                          services_.now_ms());
  is_shared_ = false;
  start_hearing();
}

void NotificationsSession::start_hearing() {
  const std::vector<std::string> followed = wanted_topics();
  reply(welcome_message(user_, name_, topics(followed), services_.options));
  ++pending_;  // the pages may come within these calls
  if (!is_guest()) hear(std::string(kOwn));
  for (const std::string& topic : followed) hear(topic);
  if (--pending_ == 0) finish();
}

void NotificationsSession::finish() {
  phase_ = Phase::ready;
  send_backlog();
  std::map<std::string, wsp::Position> positions;
  for (const auto& [topic, heard] : heard_) positions[topic] = heard.feed.position();
  told_unread_ = unread();
  reply(ready_message(told_unread_, positions, recovery()));
  watch_expiry();
  apply_state();  // what came meanwhile
  if (is_shared_ && !state_.empty() && services_.now_ms() - state_time_ms_ > kRefreshStateMs)
    (void)publish_state(state_);
  if (!held_) return;
  const ClientMessage held = *std::exchange(held_, std::nullopt);
  peer().resume_input();
  std::visit([this](const auto& what) { handle(what); }, held);
}

// The newest `backlog`, each channel's in its own order.
void NotificationsSession::send_backlog() {
  std::stable_sort(backlog_.begin(), backlog_.end(),
                   [](const Replay& a, const Replay& b) { return a.time_ms < b.time_ms; });
  std::size_t first = backlog_.size(), bytes = 0;
  while (first > 0 && backlog_.size() - first < services_.options.backlog &&
         bytes + backlog_[first - 1].message.size() <= kMaxBacklogBytes)
    bytes += backlog_[--first].message.size();
  if (first > 0) recovered_ = false;
  for (; first < backlog_.size(); ++first) reply(backlog_[first].message);
  backlog_ = {};
}

std::optional<Recovery> NotificationsSession::recovery() const {
  if (!since_) return std::nullopt;
  Recovery recovery{.recovered = recovered_, .unread_ids = {}};
  for (const auto& [topic, heard] : heard_)
    for (const Feed::Entry& entry : heard.feed.entries())
      if (!entry.read) recovery.unread_ids.push_back(heard.feed.id_of(entry.offset));
  return recovery;
}

void NotificationsSession::handle(const Read& read) {
  if (!pay("read")) return;
  UserState next = state_;
  bool changes = false;
  if (read.all) {
    changes = unread() != 0;
    for (const auto& [topic, heard] : heard_)
      next.mark_read(topic, heard.feed.position().epoch, 1, heard.feed.position().offset);
  }
  for (const Id& id : read.ids) {
    const auto heard = heard_.find(id.topic);
    if (heard == heard_.end() || heard->second.feed.position().epoch != id.position.epoch) continue;
    const Feed::Entry* entry = heard->second.feed.find(id.position.offset);
    if (entry == nullptr || entry->read) continue;
    next.mark_read(id.topic, id.position.epoch, id.position.offset, id.position.offset);
    changes = true;
  }
  if (!changes) return reply(badge_message(told_unread_ = unread()));
  if (!change(next)) complain({.code = ErrorCode::try_again, .of = "read"});
}

void NotificationsSession::handle(const Follow& follow) {
  const char* const of = follow.follows ? "follow" : "unfollow";
  if (!pay(of)) return;
  const auto refuse = [this, of](ErrorCode code) {
    complain({.code = code, .field = code == ErrorCode::try_again ? "" : "topic", .of = of});
  };
  const std::vector<std::string> followed = wanted_topics();
  if (follow.follows && !may_hear(follow.topic)) return refuse(ErrorCode::topic_not_allowed);
  if (heard_.contains(follow.topic) == follow.follows)
    return reply(topics_message(topics(followed)));
  const auto choose = [this, follow](UserState next) {
    next.choose(follow.topic, follow.follows, services_.now_ms());
    return change(next);
  };
  if (!follow.follows) {
    if (!choose(state_)) refuse(ErrorCode::try_again);
    return;
  }
  if (followed.size() >= services_.options.max_topics) return refuse(ErrorCode::too_many_topics);
  // What it told so far is not news.
  const auto chosen = [this, follow, choose, refuse](const wsp::HistoryReply& newest) {
    UserState next = state_;
    next.mark_read(follow.topic, newest.position().epoch, 1, newest.position().offset);
    if (!newest || !choose(std::move(next))) refuse(ErrorCode::try_again);
  };
  const Status status = services_.history.read(peer(), channel_of(follow.topic, user_),
                                               {.limit = 1, .since = {}}, chosen);
  if (status != Status::ok) refuse(ErrorCode::try_again);
}

void NotificationsSession::handle(const Token& token) {
  if (!pay("token")) return;
  switch (services_.identity.renew(peer(), token.token)) {
    case Status::ok:
      reply(renewed_message());
      return apply_state();  // it may allow other topics
    case Status::unsupported:
      return complain({.code = ErrorCode::turned_off, .of = "token"});
    default:
      return complain({.code = ErrorCode::bad_token, .field = "token", .of = "token"});
  }
}

bool NotificationsSession::change(const UserState& next) {
  if (is_shared_) {
    if (publish_state(next) != Status::ok) return false;
    state_.join(next);  // it takes effect as it comes back, here as in the other tabs
  } else {
    state_.join(next);
    apply_state();
  }
  return true;
}

Status NotificationsSession::publish_state(const UserState& state) const {
  return services_.history.publish(state_channel_of(user_), state.print(),
                                   {.count = kStatesJoined});
}

void NotificationsSession::take_states(const wsp::HistoryReply& reply) {
  for (const wsp::HistoryMessage message : reply) {
    state_.join(UserState::parse(message.payload()));
    state_time_ms_ = message.time_ms();
  }
}

void NotificationsSession::on_state(const UserState& state) {
  state_.join(state);
  if (phase_ == Phase::ready) apply_state();
}

void NotificationsSession::apply_state() {
  const std::vector<std::string> wanted = wanted_topics();
  std::vector<std::string> unwanted, fresh, removed;
  for (const auto& [topic, heard] : heard_)
    if (topic != kOwn && std::find(wanted.begin(), wanted.end(), topic) == wanted.end())
      unwanted.push_back(topic);
  for (const std::string& topic : wanted)
    if (!heard_.contains(topic)) fresh.push_back(topic);
  if (!unwanted.empty() || !fresh.empty()) reply(topics_message(topics(wanted)));
  for (const std::string& topic : unwanted)
    for (std::string& id : stop_hearing(topic)) removed.push_back(std::move(id));
  tell_removed(removed);
  for (const std::string& topic : fresh) hear(topic);

  std::vector<std::string> read;
  for (auto& [topic, heard] : heard_) {
    Feed& feed = heard.feed;
    for (std::string& id : feed.mark_read([&](std::uint64_t offset) {
           return state_.is_read(feed.topic(), {feed.position().epoch, offset});
         }))
      read.push_back(std::move(id));
  }
  if (!read.empty()) reply(read_message(read, told_unread_ = unread()));
  tell_unread();
}

bool NotificationsSession::may_hear(std::string_view topic) const {
  return services_.options.offers(topic, is_guest()) &&
         services_.identity.may_subscribe(peer(), topic) != Status::denied;
}

std::vector<std::string> NotificationsSession::wanted_topics() const {
  std::vector<std::string> wanted;
  const auto want = [&](const std::string& topic) {
    if (wanted.size() < services_.options.max_topics && may_hear(topic)) wanted.push_back(topic);
  };
  const auto& from_the_beginning = services_.options.followed;
  for (const std::string& topic : from_the_beginning)
    if (state_.choice(topic).value_or(true)) want(topic);
  for (const std::string& topic : state_.chosen())
    if (std::find(from_the_beginning.begin(), from_the_beginning.end(), topic) ==
        from_the_beginning.end())
      want(topic);
  return wanted;
}

// All that can be named, then those that only patterns allow.
std::vector<Topic> NotificationsSession::topics(const std::vector<std::string>& followed) const {
  std::vector<Topic> all;
  const auto add = [&](const std::string& name, bool following) {
    const auto same = [&](const Topic& topic) { return topic.name == name; };
    if (std::none_of(all.begin(), all.end(), same))
      all.push_back({.name = name, .following = following});
  };
  const auto offer = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names)
      if (may_hear(name))
        add(name, std::find(followed.begin(), followed.end(), name) != followed.end());
  };
  offer(services_.options.topics.names());
  offer(services_.options.user_topics.names());
  for (const std::string& name : followed) add(name, true);
  return all;
}

bool NotificationsSession::pay(const char* of) {
  const std::uint32_t wait_ms = traffic_.charge(kCostOfMessage);
  if (wait_ms == 0) return true;
  complain({.code = ErrorCode::rate_limited, .of = of, .retry_after_ms = wait_ms});
  return false;
}

void NotificationsSession::complain(const Error& error) {
  reply(error_message(error));
  if (traffic_.tolerates_error()) return;
  phase_ = Phase::closing;
  peer().close(wsp::CloseCode::policy_violation, "too many errors");
}

}  // namespace notifications
