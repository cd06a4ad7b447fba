// Messages of those who wait.
#include "channel/lmdb_submission.h"

#include <algorithm>

#include "channel/channel_name.h"
#include "channel/lmdb_history.h"
#include "channel/lmdb_log.h"
#include "channel/lmdb_presence.h"
#include "channel/lmdb_receipts.h"

namespace ws::channel::lmdb {

namespace {

// Through the channel's own name and through those of its families.
uint64_t subscribers_of(Writing& writing, const ChannelEntry& channel) {
  uint64_t subscribers = audience_of(writing.txn(), channel.record);
  if (!writing.has_families()) return subscribers;
  for_each_family(channel.name, [&](std::string_view name) {
    if (const ChannelEntry* const family = writing.find(name))
      subscribers += audience_of(writing.txn(), family->record);
  });
  return subscribers;
}

}  // namespace

Position place(Writing& writing, ChannelEntry& channel, protocol::MessageType type,
               SessionId except, std::string_view payload, const std::optional<Keep>& policy) {
  ChannelRecord& record = channel.record;
  ++record.offset;
  const Place place = append(writing, channel, {Event::Kind::message, type, except, payload});
  record.message_order = place.order;
  keep(writing, channel, policy, place);
  return {record.epoch, record.offset};
}

Receipt submit(Writing& writing, const Submission& submission, bool is_crowded) {
  Receipt receipt;
  if (find_receipt(writing, submission, receipt)) return receipt;
  if (is_crowded && std::ranges::any_of(submission.targets, [&](const auto& target) {
        return !writing.find(target.channel);
      }))
    return {BusStatus::full, false, {}};
  receipt.placed.reserve(submission.targets.size());
  for (const Submission::Target& target : submission.targets) {
    ChannelEntry* const channel = writing.create(target.channel);
    if (!channel) return {};
    const Position position = place(writing, *channel, submission.type, submission.except,
                                    submission.payload, target.keep);
    receipt.placed.push_back({position, subscribers_of(writing, *channel)});
  }
  if (!submission.key.empty()) keep_receipt(writing, submission, receipt);
  return receipt;
}

}  // namespace ws::channel::lmdb
