// Who listens and who is there, of all processes: changes of the shared state and what it says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "channel/bus.h"
#include "channel/lmdb_writing.h"

namespace ws::channel::lmdb {

// From this transaction's end on the process is woken for the channel.
void add_listener(Writing& writing, ChannelEntry& channel, uint16_t process);
void remove_listener(Writing& writing, ChannelEntry& channel, uint16_t process);
// How many sessions of the process listen.
void set_audience(Writing& writing, const ChannelEntry& channel, uint16_t process,
                  uint32_t sessions);
// Of all processes.
[[nodiscard]] uint64_t audience_of(Txn& txn, const ChannelRecord& channel);

// A second time: the info changes. The key must be the same.
void enter(Writing& writing, ChannelEntry& channel, SessionId session, std::string_view key,
           std::string_view info);
void leave(Writing& writing, ChannelEntry& channel, SessionId session);

// A process is gone: its sessions leave, its seats are free, nobody wakes it. True: done; else call
// again, in another transaction. `resume` is empty at first.
[[nodiscard]] bool remove_process(Writing& writing, uint16_t process, std::string& resume);

// What one process knows of its own sessions in a channel.
struct OwnMember {
  std::string key;
  std::string info;
};
using OwnMembers = std::unordered_map<SessionId, OwnMember>;

// All but the name.
void describe(Txn& txn, const ChannelRecord& channel, ChannelFacts& facts);

// Members of the channel in the order of their keys: of other processes as the state has them, of
// this one as `own` says, for the state may not have it yet.
void read_members(Txn& txn, const ChannelRecord& channel, uint16_t process, const OwnMembers& own,
                  std::vector<Member>& members);

}  // namespace ws::channel::lmdb
