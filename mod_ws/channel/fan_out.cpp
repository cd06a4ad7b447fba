// Who of one loop's sessions is in which channel.
#include "channel/fan_out.h"

#include <algorithm>
#include <utility>

namespace ws::channel {

FanOut::FanOut(net::EventLoop& loop, Bus& bus) : loop_(loop), bus_(bus) {
  bus_.add(*this);
  loop_.add_turn_end(*this);
}

FanOut::~FanOut() {
  loop_.remove_turn_end(*this);
  if (holds_publishes_) bus_.release();
  bus_.remove(*this);
}

LocalChannel* FanOut::find(std::string_view name) const noexcept {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : found->second.get();
}

Audience* FanOut::find(Subscriber& subscriber, std::string_view name) const noexcept {
  if (const LocalChannel* const channel = find(name))
    for (const auto& audience : channel->audiences)
      if (&audience->shaper == &subscriber.shaper_) return audience.get();
  return nullptr;
}

// Finds or makes the subscriber's audience in the channel. A new one is unused until something
// is put into it.
BusStatus FanOut::open(Subscriber& subscriber, std::string_view name, Audience*& audience) {
  audience = find(subscriber, name);
  if (audience) return BusStatus::ok;
  LocalChannel* channel = find(name);
  if (!channel) {
    const BusStatus status = bus_.listen(*this, name);
    if (status != BusStatus::ok) return status;
    auto made = std::make_unique<LocalChannel>(LocalChannel{std::string(name), {}});
    channel = channels_.emplace(made->name, std::move(made)).first->second.get();
  }
  channel->audiences.push_back(std::make_unique<Audience>(
      Audience{*channel, subscriber.shaper_, ++last_stream_, {}, 0, {}, {}, 0}));
  audience = channel->audiences.back().get();
  release(*channel);
  return BusStatus::ok;
}

// The channel may be unused; the turn's end looks.
void FanOut::release(LocalChannel& channel) {
  if (channel.maybe_unused) return;
  maybe_unused_.push_back(&channel);
  channel.maybe_unused = true;
  if (!loop_.turn_end_is_due()) loop_.run_again();
}

void FanOut::sweep() {
  for (LocalChannel* channel : maybe_unused_) {
    channel->maybe_unused = false;
    std::erase_if(channel->audiences, [this](const std::unique_ptr<Audience>& audience) {
      const bool unused = audience->entries.empty() && audience->entered == 0;
      if (unused && !audience->sealed.empty()) {
        for (const auto& batch : audience->sealed) sealed_bytes_ -= batch->size();
        std::erase(due_, audience.get());
      }
      return unused;
    });
    if (!channel->audiences.empty()) continue;
    bus_.forget(*this, channel->name);
    channels_.erase(channels_.find(channel->name));
  }
  maybe_unused_.clear();
}

// The bus learns of it at the turn's end.
void FanOut::note_change(LocalChannel& channel) {
  if (channel.is_recount_due) return;
  changed_.push_back(&channel);
  channel.is_recount_due = true;
  if (!loop_.turn_end_is_due()) loop_.run_again();
}

void FanOut::recount() {
  for (LocalChannel* channel : changed_) {
    channel->is_recount_due = false;
    int64_t sessions = 0;
    for (const auto& audience : channel->audiences)
      sessions += static_cast<int64_t>(audience->entries.size());
    if (sessions != channel->told) bus_.change_audience(channel->name, sessions - channel->told);
    channel->told = sessions;
  }
  changed_.clear();
}

void FanOut::insert(Subscriber& subscriber, Audience& audience, uint64_t after) {
  const auto slot = static_cast<uint32_t>(subscriber.subscriptions_.size());
  const auto index = static_cast<uint32_t>(audience.entries.size());
  audience.entries.push_back({&subscriber.session_, &subscriber, after, slot});
  try {
    subscriber.subscriptions_.push_back({&audience, index, nullptr});
  } catch (...) {
    audience.entries.pop_back();
    throw;
  }
  note_change(audience.channel);
}

// Puts an entry where another was.
void FanOut::move(Audience& audience, size_t from, size_t to) noexcept {
  if (from == to) return;
  Audience::Entry& entry = audience.entries[to];
  entry = audience.entries[from];
  entry.subscriber->subscriptions_[entry.slot].index = static_cast<uint32_t>(to);
}

void FanOut::erase(Subscriber& subscriber, size_t slot) {
  auto& subscriptions = subscriber.subscriptions_;
  Audience& audience = *subscriptions[slot].audience;
  size_t hole = subscriptions[slot].index;
  // Those who have the batch that is on its way stay in front of those who have not.
  if (hole < audience.delivered) {
    --audience.delivered;
    move(audience, audience.delivered, hole);
    hole = audience.delivered;
  }
  move(audience, audience.entries.size() - 1, hole);
  audience.entries.pop_back();
  if (slot + 1 != subscriptions.size()) {
    subscriptions[slot] = std::move(subscriptions.back());
    entry_of(subscriptions[slot]).slot = static_cast<uint32_t>(slot);
  }
  subscriptions.pop_back();
  if (audience.entries.empty()) release(audience.channel);
  note_change(audience.channel);
}

std::optional<size_t> FanOut::slot_of(const Subscriber& subscriber,
                                      const Audience* audience) noexcept {
  const auto& subscriptions = subscriber.subscriptions_;
  for (size_t slot = 0; slot < subscriptions.size(); ++slot)
    if (subscriptions[slot].audience == audience) return slot;
  return std::nullopt;
}

Audience::Entry& FanOut::entry_of(const Subscriber::Subscription& subscription) noexcept {
  return subscription.audience->entries[subscription.index];
}

// To one more, or once more to one of its channels.
bool FanOut::may_subscribe(Subscriber& subscriber, std::string_view name) const noexcept {
  if (subscriber.subscriptions_.size() < subscriber.session_.settings().limits.max_subscriptions)
    return true;
  const Audience* const audience = find(subscriber, name);
  return audience && slot_of(subscriber, audience);
}

BusStatus FanOut::subscribe(Subscriber& subscriber, std::string_view channel) {
  if (!may_subscribe(subscriber, channel)) return BusStatus::full;
  Audience* audience = nullptr;
  const BusStatus status = open(subscriber, channel, audience);
  if (status != BusStatus::ok || slot_of(subscriber, audience)) return status;
  insert(subscriber, *audience, bus_.order(*this, channel));
  return BusStatus::ok;
}

BusStatus FanOut::subscribe(Subscriber& subscriber, std::string_view channel,
                            const HistoryQuery& query, HistoryDone done) {
  if (!may_subscribe(subscriber, channel)) return BusStatus::full;
  Audience* audience = nullptr;
  const BusStatus status = open(subscriber, channel, audience);
  if (status != BusStatus::ok) return status;
  if (!slot_of(subscriber, audience)) insert(subscriber, *audience, Audience::kWaiting);
  auto& subscription = subscriber.subscriptions_[*slot_of(subscriber, audience)];
  entry_of(subscription).after = Audience::kWaiting;
  const uint64_t id = begin_reading(subscriber, std::move(done));
  subscription.waiting = std::make_unique<Subscriber::Waiting>(Subscriber::Waiting{id, {}});
  ask(subscriber, channel, query, id);
  return BusStatus::ok;
}

void FanOut::unsubscribe(Subscriber& subscriber, std::string_view channel) {
  const Audience* const audience = find(subscriber, channel);
  if (!audience) return;
  if (const auto slot = slot_of(subscriber, audience)) erase(subscriber, *slot);
}

BusStatus FanOut::enter(Subscriber& subscriber, std::string_view channel, std::string_view key,
                        std::string_view info) {
  Audience* audience = nullptr;
  const BusStatus opened = open(subscriber, channel, audience);
  if (opened != BusStatus::ok) return opened;
  auto& entered = subscriber.entered_;
  const bool again = std::find(entered.begin(), entered.end(), audience) != entered.end();
  if (!again) entered.reserve(entered.size() + 1);
  const BusStatus status = bus_.enter(channel, subscriber.session_.id(), key, info);
  if (again || status != BusStatus::ok) return status;
  entered.push_back(audience);
  ++audience->entered;
  return status;
}

bool FanOut::leave(Subscriber& subscriber, std::string_view channel) {
  Audience* const audience = find(subscriber, channel);
  if (!audience || std::erase(subscriber.entered_, audience) == 0) return false;
  if (--audience->entered == 0) release(audience->channel);
  return bus_.leave(channel, subscriber.session_.id());
}

void FanOut::end(Subscriber& subscriber) {
  while (!subscriber.entered_.empty()) leave(subscriber, subscriber.entered_.back()->channel.name);
  while (!subscriber.subscriptions_.empty())
    erase(subscriber, subscriber.subscriptions_.size() - 1);
  readers_.erase(subscriber.session_.id());
  for (auto& reading : std::exchange(subscriber.readings_, {})) reading.done(BusStatus::gone, {});
}

void FanOut::read(Subscriber& subscriber, std::string_view channel, const HistoryQuery& query,
                  HistoryDone done) {
  ask(subscriber, channel, query, begin_reading(subscriber, std::move(done)));
}

uint64_t FanOut::begin_reading(Subscriber& subscriber, HistoryDone done) {
  subscriber.readings_.push_back({++last_reading_, std::move(done)});
  readers_[subscriber.session_.id()] = &subscriber;
  return last_reading_;
}

void FanOut::ask(Subscriber& subscriber, std::string_view channel, const HistoryQuery& query,
                 uint64_t id) {
  bus_.read(*this, channel, query,
            [this, session = subscriber.session_.id(), id](BusStatus status, const History& found) {
              end_reading(session, id, status, found);
            });
}

void FanOut::end_reading(session::SessionId session, uint64_t id, BusStatus status,
                         const History& history) {
  const auto reader = readers_.find(session);
  if (reader == readers_.end()) return;
  Subscriber& subscriber = *reader->second;
  auto& readings = subscriber.readings_;
  const auto reading = std::find_if(readings.begin(), readings.end(),
                                    [id](const auto& one) { return one.id == id; });
  if (reading == readings.end()) return;
  const HistoryDone done = std::move(reading->done);
  readings.erase(reading);
  if (readings.empty()) readers_.erase(reader);
  done(status, history);
  end_waiting(subscriber, id, status, history.order);
}

// The history of a subscription is out: what waited behind it follows.
void FanOut::end_waiting(Subscriber& subscriber, uint64_t id, BusStatus status, uint64_t order) {
  auto& subscriptions = subscriber.subscriptions_;
  const auto found =
      std::find_if(subscriptions.begin(), subscriptions.end(),
                   [id](const auto& one) { return one.waiting && one.waiting->reading == id; });
  if (found == subscriptions.end()) return;
  if (status != BusStatus::ok)
    return erase(subscriber, static_cast<size_t>(found - subscriptions.begin()));
  const auto waiting = std::move(found->waiting);
  Audience::Entry& entry = entry_of(*found);
  entry.after = order;
  const uint64_t stream = found->audience->stream;
  for (const auto& batch : waiting->batches) give(entry, stream, batch);
}

}  // namespace ws::channel
