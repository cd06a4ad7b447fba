// Who is in one channel.
#include "channel/member_table.h"

#include <algorithm>

namespace ws::channel {

MemberTable::Change MemberTable::enter(SessionId session, std::string_view key,
                                       std::string_view info) {
  std::string copy(info);
  if (const auto known = sessions_.find(session); known != sessions_.end()) {
    if (known->second->first != key) return Change::conflict;
    Entries& entries = known->second->second;
    const auto entry = std::find_if(entries.begin(), entries.end(),
                                    [session](const Entry& e) { return e.session == session; });
    entry->info = std::move(copy);
    std::rotate(entry, entry + 1, entries.end());
    return Change::none;
  }
  auto place = keys_.find(key);
  const bool is_first = place == keys_.end();
  if (is_first) place = keys_.emplace(key, Entries()).first;
  try {
    place->second.push_back({session, std::move(copy)});
    sessions_.emplace(session, place);
  } catch (...) {
    if (is_first) {
      keys_.erase(place);
    } else {
      std::erase_if(place->second, [session](const Entry& e) { return e.session == session; });
    }
    throw;
  }
  return is_first ? Change::first_of_key : Change::none;
}

MemberTable::Change MemberTable::leave(SessionId session, Member& left) {
  const auto known = sessions_.find(session);
  if (known == sessions_.end()) return Change::none;
  const auto place = known->second;
  Entries& entries = place->second;
  left = {place->first, entries.back().info, static_cast<uint32_t>(entries.size() - 1)};
  std::erase_if(entries, [session](const Entry& e) { return e.session == session; });
  sessions_.erase(known);
  if (!entries.empty()) {
    left.info = entries.back().info;
    return Change::none;
  }
  keys_.erase(place);
  return Change::last_of_key;
}

void MemberTable::list(std::vector<Member>& members) const {
  members.reserve(members.size() + keys_.size());
  for (const auto& [key, entries] : keys_)
    members.push_back({key, entries.back().info, static_cast<uint32_t>(entries.size())});
}

}  // namespace ws::channel
