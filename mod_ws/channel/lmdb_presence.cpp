// Who listens and who is there, of all processes.
#include "channel/lmdb_presence.h"

#include <map>
#include <optional>

#include "channel/lmdb_log.h"
#include "channel/lmdb_seats.h"

namespace ws::channel::lmdb {

namespace {

constexpr size_t kSessionsAtOnce = 500;
constexpr size_t kInterestsAtOnce = 5000;
constexpr size_t kLongestKey = 511 - 8;  // as LMDB's key, behind the channel's number

struct StoredMember {
  uint64_t entry;
  std::string key;
  std::string info;
};

KeyRecord key_record(uint64_t entry, SessionId session) noexcept {
  KeyRecord record{};
  const Key numbers(entry, session);
  const std::string_view bytes = numbers;
  bytes.copy(record.entry.data(), 8, 0);
  bytes.copy(record.session.data(), 8, 8);
  return record;
}

Key key_of(const ChannelEntry& channel, std::string_view key) noexcept {
  return Key().add(channel.record.number).add(key);
}

bool find_member(Txn& txn, uint64_t channel, SessionId session, StoredMember& member) {
  std::string_view value;
  MemberRecord record{};
  if (!txn.get(Table::members, Key(channel, session), value)) return false;
  if (!record_of(value, record) || record.key_size > kLongestKey ||
      value.size() - sizeof record != size_t{record.key_size} + record.info_size) {
    txn.fail(MDB_CORRUPTED);
    return false;
  }
  value.remove_prefix(sizeof record);
  member = {record.entry, std::string(value.substr(0, record.key_size)),
            std::string(value.substr(record.key_size))};
  return true;
}

bool has_key(Writing& writing, const ChannelEntry& channel, std::string_view key) {
  std::string_view value;
  return writing.txn().get(Table::keys, key_of(channel, key), value);
}

void tell(Writing& writing, ChannelEntry& channel, Event::Kind kind, const Member& member) {
  const std::string content = encode_member(member);
  channel.record.other_order =
      append(writing, channel, {kind, protocol::Opcode::text, 0, content}).order;
}

}  // namespace

void add_listener(Writing& writing, ChannelEntry& channel, uint16_t process) {
  const Key key = Key().add(channel.record.number).add(process);
  std::string_view value;
  if (writing.txn().get(Table::interest, key, value)) return;
  writing.txn().put(Table::interest, key, bytes_of(uint32_t{0}));
  ++channel.record.listeners;
  channel.is_changed = true;
  channel.is_hinted = false;
}

void remove_listener(Writing& writing, ChannelEntry& channel, uint16_t process) {
  if (!writing.txn().erase(Table::interest, Key().add(channel.record.number).add(process))) return;
  if (channel.record.listeners > 0) --channel.record.listeners;
  channel.record.used_ms = writing.now_ms();
  channel.is_changed = true;
}

void set_audience(Writing& writing, const ChannelEntry& channel, uint16_t process,
                  uint32_t sessions) {
  const Key key = Key().add(channel.record.number).add(process);
  uint32_t known = 0;
  if (writing.txn().get(Table::interest, key, known) && known != sessions)
    writing.txn().put(Table::interest, key, bytes_of(sessions));
}

uint64_t audience_of(Txn& txn, const ChannelRecord& channel) {
  if (channel.listeners == 0) return 0;
  uint64_t sessions = 0;
  const Key prefix = Key().add(channel.number);
  Cursor cursor(txn, Table::interest);
  for (bool found = cursor.seek(prefix); found && cursor.key().starts_with(prefix);
       found = cursor.next()) {
    uint32_t here = 0;
    if (record_of(cursor.value(), here)) sessions += here;
  }
  return sessions;
}

void enter(Writing& writing, ChannelEntry& channel, SessionId session, std::string_view key,
           std::string_view info) {
  WriteTxn& txn = writing.txn();
  const uint64_t number = channel.record.number;
  StoredMember known;
  const bool is_known = find_member(txn, number, session, known);
  const bool is_first = !is_known && !has_key(writing, channel, key);
  if (txn.error() != 0) return;
  if (is_known) {
    txn.erase(Table::keys, key_of(channel, key), bytes_of(key_record(known.entry, session)));
  } else {
    ++channel.record.sessions;
    txn.put(Table::sessions, Key(session, number), {});
  }
  const MemberRecord record{writing.meta().next_entry++, static_cast<uint32_t>(key.size()),
                            static_cast<uint32_t>(info.size())};
  std::string value(bytes_of(record));
  value.append(key).append(info);
  txn.put(Table::members, Key(number, session), value);
  txn.put(Table::keys, key_of(channel, key), bytes_of(key_record(record.entry, session)));
  channel.is_changed = true;
  if (!is_first) return;
  ++channel.record.keys;
  tell(writing, channel, Event::Kind::joined, {std::string(key), std::string(info), 1});
}

void leave(Writing& writing, ChannelEntry& channel, SessionId session) {
  WriteTxn& txn = writing.txn();
  const uint64_t number = channel.record.number;
  StoredMember member;
  if (!find_member(txn, number, session, member)) return;
  txn.erase(Table::members, Key(number, session));
  txn.erase(Table::sessions, Key(session, number));
  txn.erase(Table::keys, key_of(channel, member.key), bytes_of(key_record(member.entry, session)));
  if (channel.record.sessions > 0) --channel.record.sessions;
  channel.record.used_ms = writing.now_ms();
  channel.is_changed = true;
  if (has_key(writing, channel, member.key)) return;
  if (channel.record.keys > 0) --channel.record.keys;
  tell(writing, channel, Event::Kind::left, {member.key, member.info, 0});
}

bool remove_process(Writing& writing, uint16_t process, std::string& resume) {
  if (!remove_all_seats(writing, process)) return false;
  WriteTxn& txn = writing.txn();
  std::vector<std::pair<SessionId, uint64_t>> sessions;
  {
    Cursor cursor(txn, Table::sessions);
    for (bool found = cursor.seek(Key(SessionId{process} << 48, 0));
         found && sessions.size() < kSessionsAtOnce; found = cursor.next()) {
      const SessionId session = number_in(cursor.key(), 0);
      if (session::process_of(session) != process) break;
      sessions.emplace_back(session, number_in(cursor.key(), 8));
    }
  }
  for (const auto& [session, number] : sessions) {
    if (ChannelEntry* const channel = writing.find(number)) leave(writing, *channel, session);
    txn.erase(Table::sessions, Key(session, number));
  }
  if (sessions.size() == kSessionsAtOnce) return false;

  std::vector<uint64_t> channels;
  size_t seen = 0;
  bool found = false;
  {
    Cursor cursor(txn, Table::interest);
    for (found = resume.empty() ? cursor.first() : cursor.seek(resume);
         found && seen < kInterestsAtOnce; found = cursor.next(), ++seen)
      if (number_in(cursor.key(), 8, 2) == process) channels.push_back(number_in(cursor.key(), 0));
    if (found) resume = cursor.key();
  }
  for (const uint64_t number : channels)
    if (ChannelEntry* const channel = writing.find(number))
      remove_listener(writing, *channel, process);
  if (found) return false;
  txn.erase(Table::processes, Key().add(process));
  return true;
}

void describe(Txn& txn, const ChannelRecord& channel, ChannelFacts& facts) {
  facts.position = {channel.epoch, channel.offset};
  facts.kept = channel.kept_count;
  facts.subscribers = audience_of(txn, channel);
  facts.members = {channel.keys, channel.sessions};
}

void read_members(Txn& txn, const ChannelRecord& channel, uint16_t process, const OwnMembers& own,
                  std::vector<Member>& members) {
  const Key prefix = Key().add(channel.number);
  struct Found {
    uint32_t count = 0;
    std::string info;
  };
  std::map<std::string, Found, std::less<>> keys;
  std::unordered_map<SessionId, bool> is_stored;
  {
    Cursor cursor(txn, Table::keys);
    for (bool found = cursor.seek(prefix); found && cursor.key().starts_with(prefix);
         found = cursor.next_key()) {
      const std::string key(cursor.key().substr(8));
      Found member;
      SessionId last = 0;
      do {
        const SessionId session = number_in(cursor.value(), 8);
        if (session::process_of(session) == process) {
          const auto known = own.find(session);
          if (known == own.end() || known->second.key != key) continue;
          is_stored[session] = true;
        }
        ++member.count;
        last = session;
      } while (cursor.next_of_key());
      if (member.count == 0) continue;
      StoredMember stored;
      if (const auto known = own.find(last); known != own.end()) {
        member.info = known->second.info;
      } else if (find_member(txn, channel.number, last, stored)) {
        member.info = std::move(stored.info);
      }
      keys.emplace(key, std::move(member));
    }
  }
  for (const auto& [session, member] : own) {
    if (is_stored.contains(session)) continue;
    Found& found = keys[member.key];
    ++found.count;
    found.info = member.info;
  }
  for (auto& [key, found] : keys) members.push_back({key, std::move(found.info), found.count});
}

}  // namespace ws::channel::lmdb
