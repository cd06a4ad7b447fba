// The bus of one process.
#include "channel/local_bus.h"

#include <algorithm>
#include <random>
#include <stdexcept>

#include "channel/channel_name.h"

namespace ws::channel {

namespace {

// Above this size the copy is made before the lock is taken.
constexpr size_t kCopyUnlocked = 4096;
// What an event in an inbox costs beside its payload.
constexpr size_t kEventCost = sizeof(Event) + 64;

// Below 2^53, so that a client's JSON keeps it; the low bits count the channels.
uint64_t random_epoch() {
  std::random_device source;
  return (uint64_t{source()} << 20) + 1;
}

void make_room_for(size_t count, std::vector<Event>& events) {
  if (events.capacity() - events.size() < count)
    events.reserve(std::max<size_t>({16, events.size() * 2, events.size() + count}));
}

}  // namespace

LocalBus::LocalBus(const base::Clock& clock, const LocalBusLimits& limits)
    : clock_(clock), limits_(limits), kept_(limits.kept, *this), next_epoch_(random_epoch()) {}

LocalBus::~LocalBus() = default;

void LocalBus::Wakes::add(Ear& ear) noexcept {
  if (ear.woken) return;
  ear.woken = true;
  listeners_[count_++] = ear.listener;
}

LocalBus::Wakes::~Wakes() {
  for (size_t i = 0; i < count_; ++i) listeners_[i]->wake();
}

void LocalBus::add(Listener& listener) {
  const std::lock_guard lock(mutex_);
  Ear* const free = ear_of(nullptr);
  if (!free) throw std::length_error("more than 16 listeners");
  free->listener = &listener;
}

void LocalBus::remove(Listener& listener) noexcept {
  const std::lock_guard lock(mutex_);
  Ear* const ear = ear_of(&listener);
  if (!ear) return;
  for (auto place = busy_.begin(); place != busy_.end();) {
    Channel& channel = **place++;
    if (std::erase(channel.ears, ear) > 0) settle(channel);
  }
  *ear = Ear();
}

LocalBus::Ear* LocalBus::ear_of(const Listener* listener) noexcept {
  for (Ear& ear : ears_)
    if (ear.listener == listener) return &ear;
  return nullptr;
}

LocalBus::Channel* LocalBus::find(std::string_view name) noexcept {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : found->second.get();
}

// Null: no room for one more. Every use of a channel ends with settle_last().
LocalBus::Channel* LocalBus::find_or_create(std::string_view name) {
  if (Channel* const known = find(name)) return known;
  if (busy_.size() >= limits_.channels) return nullptr;
  auto created = std::make_unique<Channel>();
  Channel& channel = *created;
  channel.name = base::SharedBytes(name);
  channel.newest = {next_epoch_, 0};
  channel.place = idle_.insert(idle_.end(), &channel);
  try {
    channels_.emplace(channel.name.view(), std::move(created));
  } catch (...) {
    idle_.pop_back();
    throw;
  }
  ++next_epoch_;
  return &channel;
}

// After every change of who needs the channel.
void LocalBus::settle(Channel& channel) noexcept {
  if (channel.members && channel.members->empty()) channel.members.reset();
  std::list<Channel*>& from = channel.idle ? idle_ : busy_;
  channel.idle = channel.ears.empty() && !channel.members && channel.empty();
  std::list<Channel*>& to = channel.idle ? idle_ : busy_;
  to.splice(to.end(), from, channel.place);
}

// At the end of a call: no other channel is in use. More leave than one call can add.
void LocalBus::settle_last(Channel& channel) noexcept {
  settle(channel);
  for (int i = 0; i < 4 && idle_.size() > limits_.idle_channels; ++i) {
    const base::SharedBytes oldest = idle_.front()->name;
    idle_.pop_front();
    channels_.erase(oldest.view());
  }
}

void LocalBus::on_empty(KeptLog::Shelf& shelf) noexcept { settle(static_cast<Channel&>(shelf)); }

// False: a loop does not keep up. Afterwards hand_out() needs no memory.
bool LocalBus::make_room(Channel& channel, size_t payload, size_t count) {
  for (Ear* ear : channel.ears) {
    if (ear->inbox_bytes > 0 &&
        ear->inbox_bytes + count * (payload + kEventCost) > limits_.waiting_bytes)
      return false;
    make_room_for(count, ear->inbox);
  }
  return true;
}

void LocalBus::hand_out(Channel& channel, const Event& event, Wakes& wakes) noexcept {
  for (Ear* ear : channel.ears) {
    ear->inbox.push_back(event);
    ear->inbox_bytes += event.payload.size() + kEventCost;
    wakes.add(*ear);
  }
}

LocalBus::Message::Message(protocol::MessageType type_, std::string_view payload_,
                           SessionId except_)
    : type(type_), payload(payload_), except(except_) {
  if (payload.size() > kCopyUnlocked) bytes_ = base::SharedBytes(payload);
}

const base::SharedBytes& LocalBus::Message::bytes() const {
  if (!bytes_) bytes_ = base::SharedBytes(payload);
  return bytes_;
}

// There is room for it.
Position LocalBus::place(Channel& channel, const Message& message, const std::optional<Keep>& keep,
                         Wakes& wakes) {
  Event event;
  const Position position{channel.newest.epoch, channel.newest.offset + 1};
  const bool has_families = tells_families(channel.name.view());
  if (keep || has_families || !channel.ears.empty())
    event = {Event::Kind::message, message.type,    message.except, position,
             order_ + 1,           message.time_ms, channel.name,   {},
             message.bytes(),      nullptr};
  if (keep) {
    kept_.add(channel, event, *keep, clock_.now_ms());
  } else {
    KeptLog::pass(channel, position.offset);
  }
  channel.newest = position;
  ++order_;
  hand_out(channel, event, wakes);
  if (has_families) hand_out_to_families(std::move(event), wakes);
  return position;
}

Published LocalBus::publish(std::string_view channel, protocol::MessageType type,
                            std::string_view payload, SessionId except,
                            const std::optional<Keep>& keep) {
  const Message message(type, payload, except);
  Wakes wakes;
  const std::lock_guard lock(mutex_);
  Channel* const target = find_or_create(channel);
  if (!target || !make_room(*target, payload.size())) return {BusStatus::full, {}};
  const Position position = place(*target, message, keep, wakes);
  settle_last(*target);
  return {BusStatus::ok, position};
}

bool LocalBus::tells_families(std::string_view channel) noexcept {
  bool tells = false;
  if (had_families_)
    for_each_family(channel,
                    [&](std::string_view family) { tells = tells || find(family) != nullptr; });
  return tells;
}

void LocalBus::hand_out_to_families(Event event, Wakes& wakes) {
  for_each_family(event.channel.view(), [&](std::string_view name) {
    Channel* const family = find(name);
    if (!family || !make_room(*family, event.payload.size())) return;
    event.family = family->name;
    hand_out(*family, event, wakes);
  });
}

BusStatus LocalBus::control(std::string_view channel, std::string_view payload) {
  Wakes wakes;
  const std::lock_guard lock(mutex_);
  Channel* const target = find(channel);
  if (!target) return BusStatus::ok;
  if (!make_room(*target, payload.size())) return BusStatus::full;
  Event event;
  event.kind = Event::Kind::control;
  event.payload = base::SharedBytes(payload);
  tell(*target, std::move(event), wakes);
  return BusStatus::ok;
}

BusStatus LocalBus::listen(Listener& listener, std::string_view channel) {
  const std::lock_guard lock(mutex_);
  Channel* const target = find_or_create(channel);
  if (!target) return BusStatus::full;
  had_families_ = had_families_ || is_family(channel);
  Ear* const ear = ear_of(&listener);
  if (std::find(target->ears.begin(), target->ears.end(), ear) == target->ears.end())
    target->ears.push_back(ear);
  settle_last(*target);
  return BusStatus::ok;
}

void LocalBus::forget(Listener& listener, std::string_view channel) noexcept {
  const std::lock_guard lock(mutex_);
  Channel* const target = find(channel);
  if (!target || std::erase(target->ears, ear_of(&listener)) == 0) return;
  if (target->ears.empty()) target->ears.shrink_to_fit();
  settle_last(*target);
}

void LocalBus::change_audience(std::string_view channel, int64_t change) {
  const std::lock_guard lock(mutex_);
  if (Channel* const target = find(channel)) target->audience += change;
}

uint64_t LocalBus::order(Listener&, std::string_view) {
  const std::lock_guard lock(mutex_);
  return order_;
}

void LocalBus::receive(Listener& listener, std::vector<Event>& events) {
  events.clear();
  const std::lock_guard lock(mutex_);
  Ear& ear = *ear_of(&listener);
  events.swap(ear.inbox);
  ear.inbox_bytes = 0;
  ear.woken = false;
}

void LocalBus::read(Listener&, std::string_view channel, const HistoryQuery& query,
                    HistoryDone done) {
  History history;
  BusStatus status = BusStatus::ok;
  {
    const std::lock_guard lock(mutex_);
    Channel* const target = find_or_create(channel);
    if (target) {
      const uint64_t now_ms = clock_.now_ms();
      history.position = target->newest;
      history.order = order_;
      const auto& since = query.since;
      history.recovered =
          since && since->epoch == target->newest.epoch && since->offset <= target->newest.offset &&
          kept_.recover(*target, since->offset, query.limit, now_ms, history.messages);
      if (!history.recovered) kept_.read(*target, query.limit, now_ms, history.messages);
      settle_last(*target);
    } else {
      status = BusStatus::full;
    }
  }
  done(status, history);
}

void LocalBus::tell(Channel& channel, Event event, Wakes& wakes) noexcept {
  event.position = channel.newest;
  event.order = ++order_;
  event.time_ms = base::unix_time_ms();
  event.channel = channel.name;
  hand_out(channel, event, wakes);
}

void LocalBus::tell(Channel& channel, Event::Kind kind, std::shared_ptr<const Member> member,
                    Wakes& wakes) noexcept {
  Event event;
  event.kind = kind;
  event.member = std::move(member);
  tell(channel, std::move(event), wakes);
}

BusStatus LocalBus::enter(std::string_view channel, SessionId session, std::string_view key,
                          std::string_view info) {
  auto member = std::make_shared<const Member>(Member{std::string(key), std::string(info), 1});
  Wakes wakes;
  const std::lock_guard lock(mutex_);
  Channel* const target = find_or_create(channel);
  if (!target || !make_room(*target, 0)) return BusStatus::full;
  if (!target->members) target->members = std::make_unique<MemberTable>();
  const bool is_new = !target->members->contains(session);
  if (is_new && member_count_ >= limits_.members) {
    settle_last(*target);
    return BusStatus::full;
  }
  const auto change = target->members->enter(session, key, info);
  if (change != MemberTable::Change::conflict && is_new) ++member_count_;
  if (change == MemberTable::Change::first_of_key)
    tell(*target, Event::Kind::joined, std::move(member), wakes);
  settle_last(*target);
  return change == MemberTable::Change::conflict ? BusStatus::conflict : BusStatus::ok;
}

bool LocalBus::leave(std::string_view channel, SessionId session) {
  auto member = std::make_shared<Member>();
  Wakes wakes;
  const std::lock_guard lock(mutex_);
  Channel* const target = find(channel);
  if (!target || !target->members || !target->members->contains(session)) return false;
  for (Ear* ear : target->ears) make_room_for(1, ear->inbox);
  --member_count_;
  if (target->members->leave(session, *member) == MemberTable::Change::last_of_key)
    tell(*target, Event::Kind::left, std::move(member), wakes);
  settle_last(*target);
  return true;
}

BusStatus LocalBus::members(std::string_view channel, std::vector<Member>& members) {
  const std::lock_guard lock(mutex_);
  const Channel* const target = find(channel);
  if (target && target->members) target->members->list(members);
  return BusStatus::ok;
}

BusStatus LocalBus::count(std::string_view channel, MemberCount& count) {
  const std::lock_guard lock(mutex_);
  const Channel* const target = find(channel);
  count = target && target->members ? target->members->count() : MemberCount{};
  return BusStatus::ok;
}

size_t LocalBus::channel_count() const {
  const std::lock_guard lock(mutex_);
  return channels_.size();
}

size_t LocalBus::kept_bytes() const {
  const std::lock_guard lock(mutex_);
  return kept_.bytes();
}

}  // namespace ws::channel
