// The notifications of one channel as one connection knows them.
#include "feed.h"

#include <algorithm>
#include <functional>

namespace notifications {
namespace {

std::size_t hash_of(std::string_view key) {
  return key.empty() ? 0 : std::hash<std::string_view>{}(key) | 1;
}

}  // namespace

void Feed::advance(const wsp::Position& position) {
  if (position.epoch != position_.epoch) {
    entries_.clear();
    position_ = position;
  }
  position_.offset = std::max(position_.offset, position.offset);
}

Feed::Added Feed::add(const Notification& said, const wsp::Position& position, std::int64_t time_ms,
                      bool read) {
  Added added;
  advance(position);
  const auto by_offset = [](const Entry& e, std::uint64_t offset) { return e.offset < offset; };
  auto at = std::lower_bound(entries_.begin(), entries_.end(), position.offset, by_offset);
  if (at != entries_.end() && at->offset == position.offset) return added;
  const std::size_t key = hash_of(said.key);
  const auto same = [key](const Entry& e) { return key != 0 && e.key == key; };
  if (std::any_of(at, entries_.end(), same)) return added;  // replaced already
  if (const auto old = std::find_if(entries_.begin(), at, same); old != at) {
    added.gone.push_back(old->offset);
    at = entries_.erase(old) + (at - old - 1);
  }
  const std::int64_t expires_ms = said.lifetime_ms == 0 ? 0 : time_ms + said.lifetime_ms;
  entries_.insert(at, {position.offset, expires_ms, key, read});
  added.is_new = true;
  while (entries_.size() > keep_) {
    added.is_new &= entries_.front().offset != position.offset;
    added.gone.push_back(entries_.front().offset);
    entries_.erase(entries_.begin());
  }
  return added;
}

void Feed::drop_through(std::uint64_t offset) {
  std::erase_if(entries_, [offset](const Entry& entry) { return entry.offset <= offset; });
}

const Feed::Entry* Feed::find(std::uint64_t offset) const {
  const auto at =
      std::find_if(entries_.begin(), entries_.end(), [&](auto& e) { return e.offset == offset; });
  return at == entries_.end() ? nullptr : &*at;
}

std::size_t Feed::unread() const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [](const Entry& e) { return !e.read; }));
}

std::string Feed::id_of(std::uint64_t offset) const {
  return to_string(topic_, {.epoch = position_.epoch, .offset = offset});
}

std::vector<std::string> Feed::expire(std::int64_t now_ms) {
  std::vector<std::string> ids;
  std::erase_if(entries_, [&](const Entry& entry) {
    if (entry.expires_ms == 0 || entry.expires_ms > now_ms) return false;
    ids.push_back(id_of(entry.offset));
    return true;
  });
  return ids;
}

std::int64_t Feed::next_expiry_ms() const {
  std::int64_t next = 0;
  for (const Entry& entry : entries_)
    if (entry.expires_ms != 0 && (next == 0 || entry.expires_ms < next)) next = entry.expires_ms;
  return next;
}

}  // namespace notifications
