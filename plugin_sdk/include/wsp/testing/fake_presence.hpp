// wsp/testing/fake_presence.hpp - the fake host's presence: who is in which channel. Knows no
// plugin; FakeHost tells what changed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wsp/plugin.h"

namespace wsp::testing {

// Who is in the channels: sessions under keys.
class FakePresence {
 public:
  struct Change {
    std::string channel, key, info;
    bool joined;
  };
  struct Member {
    std::string key, info;
    uint32_t session_count;
  };

  // nullopt: the session is there under another key. Else maybe a change to tell.
  std::optional<std::vector<Change>> enter(std::string_view channel, wsp_session session,
                                           std::string_view key, std::string_view info) {
    auto& entries = channels_[std::string(channel)];
    for (Entry& entry : entries) {
      if (entry.session != session) continue;
      if (entry.key != key) return std::nullopt;
      entry.info = info;
      return std::vector<Change>{};
    }
    const bool first = count(entries, key) == 0;
    entries.push_back({session, std::string(key), std::string(info)});
    if (!first) return std::vector<Change>{};
    return std::vector<Change>{{std::string(channel), std::string(key), std::string(info), true}};
  }

  std::vector<Change> leave(std::string_view channel, wsp_session session) {
    const auto found = channels_.find(channel);
    if (found == channels_.end()) return {};
    auto& entries = found->second;
    const auto entry = std::find_if(entries.begin(), entries.end(),
                                    [&](const Entry& e) { return e.session == session; });
    if (entry == entries.end()) return {};
    const Entry left = *entry;
    entries.erase(entry);
    if (count(entries, left.key) != 0) return {};
    return {{std::string(channel), left.key, left.info, false}};
  }
  std::vector<Change> leave_all(wsp_session session) {
    std::vector<Change> changes;
    for (const auto& [channel, entries] : channels_)
      for (Change& change : leave(channel, session)) changes.push_back(std::move(change));
    return changes;
  }

  // One of these sessions is in the channel.
  bool has_any(std::string_view channel, const std::set<wsp_session>& sessions) const {
    const auto found = channels_.find(channel);
    return found != channels_.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [&](const Entry& e) { return sessions.contains(e.session); });
  }

  // In the order of their keys.
  std::vector<Member> members(std::string_view channel) const {
    std::map<std::string, Member> by_key;
    if (const auto found = channels_.find(channel); found != channels_.end()) {
      for (const Entry& entry : found->second) {
        Member& member = by_key[entry.key];
        member = {entry.key, entry.info, member.session_count + 1};
      }
    }
    std::vector<Member> out;
    out.reserve(by_key.size());
    for (auto& [key, member] : by_key) out.push_back(std::move(member));
    return out;
  }

 private:
  struct Entry {
    wsp_session session;
    std::string key, info;
  };
  static size_t count(const std::vector<Entry>& entries, std::string_view key) {
    return static_cast<size_t>(std::count_if(entries.begin(), entries.end(),
                                             [&](const Entry& e) { return e.key == key; }));
  }

  std::map<std::string, std::vector<Entry>, std::less<>> channels_;
};

}  // namespace wsp::testing
