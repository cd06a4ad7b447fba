// The log of all events, in the one order that all processes see.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "channel/bus.h"
#include "channel/lmdb_writing.h"

namespace ws::channel::lmdb {

// What an event needs beside its channel. content: of a message its payload, else see
// encode_member().
struct NewEvent {
  Event::Kind kind;
  protocol::MessageType type;
  SessionId except;
  std::string_view content;
};

struct Place {
  uint64_t order;
  uint64_t cost;  // bytes that it takes
};

// Writes the event at the end of the log; its offset is the channel's.
Place append(Writing& writing, ChannelEntry& channel, const NewEvent& event);

// How much an event of this size takes.
[[nodiscard]] uint64_t cost_of(size_t size) noexcept;

// Takes an event out of the log. It must be there.
void erase_event(Writing& writing, uint64_t order, uint16_t parts);

// Drops what nobody needs any more: messages that are not kept and that even slow processes had
// time for, and the oldest of all when there are too many. A bounded piece of work.
void trim_log(Writing& writing);

// The event that the cursor is at, which moves to its last part. False: damaged.
[[nodiscard]] bool read_event(Cursor& cursor, const LogHeader& header, Event& event);
// Its header. False: damaged.
[[nodiscard]] bool read_header(const Cursor& cursor, LogHeader& header) noexcept;

// The content of joined and left.
[[nodiscard]] std::string encode_member(const Member& member);

}  // namespace ws::channel::lmdb
