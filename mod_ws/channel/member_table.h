// Who is in one channel: sessions under keys.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "channel/bus.h"

namespace ws::channel {

// Its user locks.
class MemberTable {
 public:
  enum class Change : uint8_t { none, first_of_key, last_of_key, conflict };

  // first_of_key, none or conflict. Throws std::bad_alloc, then nothing was done.
  Change enter(SessionId session, std::string_view key, std::string_view info);

  // last_of_key or none; `left` is the member as it is afterwards, with the info of the session
  // that left if it was the last.
  Change leave(SessionId session, Member& left);

  [[nodiscard]] bool contains(SessionId session) const { return sessions_.contains(session); }
  [[nodiscard]] bool empty() const noexcept { return sessions_.empty(); }
  [[nodiscard]] MemberCount count() const noexcept { return {keys_.size(), sessions_.size()}; }
  // In the order of their keys.
  void list(std::vector<Member>& members) const;

 private:
  struct Entry {
    SessionId session;
    std::string info;
  };
  // Of one key, the last that entered at the end.
  using Entries = std::vector<Entry>;
  using Keys = std::map<std::string, Entries, std::less<>>;

  Keys keys_;
  std::unordered_map<SessionId, Keys::iterator> sessions_;
};

}  // namespace ws::channel
