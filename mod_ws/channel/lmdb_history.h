// Which messages of the log are kept for those who come later.
#pragma once

#include <cstdint>

#include "channel/bus.h"
#include "channel/lmdb_log.h"
#include "channel/lmdb_writing.h"

namespace ws::channel::lmdb {

// The channel's newest message, at this place, is kept under this policy; or, without one, not.
void keep(Writing& writing, ChannelEntry& channel, const std::optional<Keep>& policy,
          const Place& place);

// Drops what the channel's policy does not keep any more.
void trim_history(Writing& writing, ChannelEntry& channel);

// Drops all kept messages of the channel up to this offset.
void drop_until(Writing& writing, ChannelEntry& channel, uint64_t offset);

// What a HistoryQuery asks for. name: the channel's. False: the transaction has an error.
[[nodiscard]] bool read_history(Txn& txn, const ChannelRecord& channel,
                                const base::SharedBytes& name, const HistoryQuery& query,
                                uint64_t now_ms, History& history);

// The channel's message at this offset, which the log has at this order. False: it is not there, or
// error.
[[nodiscard]] bool read_message(Txn& txn, const ChannelRecord& channel, uint64_t offset,
                                uint64_t order, Event& event);

}  // namespace ws::channel::lmdb
