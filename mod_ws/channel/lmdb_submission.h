// Messages of those who wait: placed in all their channels or in none, and never twice.
#pragma once

#include <optional>
#include <string_view>

#include "channel/bus.h"
#include "channel/lmdb_writing.h"

namespace ws::channel::lmdb {

// Gives a message its place in the channel.
Position place(Writing& writing, ChannelEntry& channel, protocol::MessageType type,
               SessionId except, std::string_view payload, const std::optional<Keep>& keep);

// is_crowded: no other channel may come.
[[nodiscard]] Receipt submit(Writing& writing, const Submission& submission, bool is_crowded);

}  // namespace ws::channel::lmdb
