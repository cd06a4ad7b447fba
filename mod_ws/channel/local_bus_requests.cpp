// What httpd's workers ask of the bus of one process.
#include <algorithm>

#include "channel/channel_name.h"
#include "channel/local_bus.h"

namespace ws::channel {

Receipt LocalBus::submit(const Submission& submission, uint32_t) {
  const Message message(submission.type, submission.payload, submission.except);
  Receipt receipt;
  Wakes wakes;
  const std::lock_guard lock(mutex_);
  if (receipts_.find(submission, clock_.now_ms(), receipt)) return receipt;
  for (const Submission::Target& target : submission.targets) {
    Channel* const channel = find_or_create(target.channel);
    // One loop may listen to all of them.
    if (!channel || !make_room(*channel, submission.payload.size(), submission.targets.size()))
      return {BusStatus::full, false, {}};
  }
  for (const Submission::Target& target : submission.targets) {
    Channel& channel = *find(target.channel);
    const Position position = place(channel, message, target.keep, wakes);
    receipt.placed.push_back({position, subscribers_of(channel)});
    settle(channel);
  }
  receipts_.keep(submission, receipt, clock_.now_ms());
  for (const Submission::Target& target : submission.targets)
    if (Channel* const channel = find(target.channel)) settle_last(*channel);
  return receipt;
}

Cleared LocalBus::clear(std::string_view channel, uint32_t) {
  const std::lock_guard lock(mutex_);
  Channel* const target = find(channel);
  if (!target) return {};
  const Cleared cleared{BusStatus::ok, target->newest, kept_.clear(*target)};
  settle_last(*target);
  return cleared;
}

// Through the channel's own name and through those of its families.
uint64_t LocalBus::subscribers_of(const Channel& channel) noexcept {
  int64_t subscribers = channel.audience;
  if (had_families_)
    for_each_family(channel.name.view(), [&](std::string_view name) {
      if (const Channel* const family = find(name)) subscribers += family->audience;
    });
  return static_cast<uint64_t>(subscribers);
}

void LocalBus::describe(const Channel& channel, ChannelFacts& facts) {
  facts.channel = channel.name.view();
  facts.position = channel.newest;
  facts.kept = channel.size();
  facts.subscribers = static_cast<uint64_t>(channel.audience);
  if (channel.members) facts.members = channel.members->count();
}

BusStatus LocalBus::describe(std::string_view channel, ChannelFacts& facts) {
  facts = {std::string(channel), {}, 0, 0, {}};
  const std::lock_guard lock(mutex_);
  if (const Channel* const target = find(channel)) describe(*target, facts);
  return BusStatus::ok;
}

BusStatus LocalBus::list(std::string_view prefix, std::string_view after, size_t limit,
                         std::vector<ChannelFacts>& channels) {
  channels.clear();
  const std::lock_guard lock(mutex_);
  for (const auto& [name, channel] : channels_) {
    if (!name.starts_with(prefix) || name <= after) continue;
    channels.emplace_back();
    describe(*channel, channels.back());
  }
  std::ranges::sort(channels, {}, &ChannelFacts::channel);
  if (channels.size() > limit) channels.resize(limit);
  return BusStatus::ok;
}

uint64_t LocalBus::number_of(SeatKind kind, std::string_view what) const {
  return seat_number(seat_key_, kind, what);
}

std::optional<SeatKind> LocalBus::take_seats(const SeatRequests& requests) {
  const std::lock_guard lock(mutex_);
  if (const auto full = seats_.find_full(requests)) return full;
  seats_.add(numbers_of(requests));
  return std::nullopt;
}

std::optional<SeatKind> LocalBus::find_full(const SeatRequests& requests) {
  const std::lock_guard lock(mutex_);
  return seats_.find_full(requests);
}

void LocalBus::give_back(const SeatNumbers& seats) noexcept {
  const std::lock_guard lock(mutex_);
  seats_.remove(seats);
}

}  // namespace ws::channel
