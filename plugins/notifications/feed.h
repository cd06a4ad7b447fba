// The notifications of one channel as one connection knows them: what stands there, and what of it
// is unread. Asks nobody, sends nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include <wsp/plugin.hpp>

#include "notification.h"

namespace notifications {

class Feed {
 public:
  // Holds at most `keep`.
  Feed(std::string topic, std::size_t keep) : topic_(std::move(topic)), keep_(keep) {}

  struct Entry {
    std::uint64_t offset = 0;
    std::int64_t expires_ms = 0;  // UTC; 0: never
    std::size_t key = 0;          // hashed; 0: none
    bool read = false;
  };

  // What add() did.
  struct Added {
    bool is_new = false;                // it was not known, and stands now
    std::vector<std::uint64_t> gone{};  // for it: its key is theirs, or they are too many
  };
  // In any order; what was added once is not new. Another epoch begins anew.
  Added add(const Notification& said, const wsp::Position& position, std::int64_t time_ms,
            bool read);

  // The newest that there is, also where nothing stands.
  void advance(const wsp::Position& position);
  [[nodiscard]] const wsp::Position& position() const { return position_; }
  [[nodiscard]] const std::string& topic() const { return topic_; }

  // Forgets what stands up to there.
  void drop_through(std::uint64_t offset);
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }  // oldest first
  [[nodiscard]] const Entry* find(std::uint64_t offset) const;
  [[nodiscard]] std::size_t unread() const;
  [[nodiscard]] std::string id_of(std::uint64_t offset) const;

  // Marks those for which is_read(offset) says so; the ids of those that were unread.
  template <class IsRead>
  std::vector<std::string> mark_read(IsRead is_read) {
    std::vector<std::string> ids;
    for (Entry& entry : entries_) {
      if (entry.read || !is_read(entry.offset)) continue;
      entry.read = true;
      ids.push_back(id_of(entry.offset));
    }
    return ids;
  }

  // Takes out what has expired; their ids.
  std::vector<std::string> expire(std::int64_t now_ms);
  // When the next one expires; 0: none does.
  [[nodiscard]] std::int64_t next_expiry_ms() const;

 private:
  std::string topic_;
  std::size_t keep_;
  wsp::Position position_{};
  std::vector<Entry> entries_;
};

}  // namespace notifications
