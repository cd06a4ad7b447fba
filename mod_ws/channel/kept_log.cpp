// Messages that are kept for those who come later.
#include "channel/kept_log.h"

#include <algorithm>

namespace ws::channel {

size_t KeptLog::cost(const Event& event) noexcept {
  return event.payload.size() + sizeof(Kept) + 64;
}

bool KeptLog::is_expired(const Kept& kept, uint64_t now_ms) noexcept {
  return now_ms - kept.since_ms > kept.shelf->keep_.age_ms;
}

void KeptLog::add(Shelf& shelf, const Event& event, Keep keep, uint64_t now_ms) {
  keep.count = std::min(keep.count, caps_.count);
  keep.age_ms = keep.age_ms == 0 ? caps_.age_ms : std::min(keep.age_ms, caps_.age_ms);
  if (keep.count == 0 || cost(event) > caps_.bytes) {
    shelf.keep_ = keep;
    trim(shelf, now_ms);
    pass(shelf, event.position.offset);
    return;
  }
  Kept& kept = log_.emplace_back(Kept{event, now_ms, &shelf, shelf.newest_, nullptr, {}});
  kept.place = std::prev(log_.end());
  (shelf.newest_ ? shelf.newest_->newer : shelf.oldest_) = &kept;
  shelf.newest_ = &kept;
  ++shelf.size_;
  shelf.keep_ = keep;
  bytes_ += cost(event);
  trim(shelf, now_ms);
  expire(now_ms);
  while (bytes_ > caps_.bytes) drop_oldest(*log_.front().shelf);
}

void KeptLog::drop_oldest(Shelf& shelf) noexcept {
  Kept* const oldest = shelf.oldest_;
  shelf.complete_after_ = std::max(shelf.complete_after_, oldest->event.position.offset);
  shelf.oldest_ = oldest->newer;
  (shelf.oldest_ ? shelf.oldest_->older : shelf.newest_) = nullptr;
  --shelf.size_;
  bytes_ -= cost(oldest->event);
  log_.erase(oldest->place);
  if (shelf.empty()) owner_.on_empty(shelf);
}

void KeptLog::trim(Shelf& shelf, uint64_t now_ms) noexcept {
  while (shelf.size_ > shelf.keep_.count) drop_oldest(shelf);
  while (shelf.oldest_ && is_expired(*shelf.oldest_, now_ms)) drop_oldest(shelf);
}

size_t KeptLog::clear(Shelf& shelf) noexcept {
  const size_t size = shelf.size_;
  while (!shelf.empty()) drop_oldest(shelf);
  return size;
}

void KeptLog::expire(uint64_t now_ms) noexcept {
  while (!log_.empty() && is_expired(log_.front(), now_ms)) drop_oldest(*log_.front().shelf);
}

void KeptLog::copy_from(const Kept* first, size_t count, std::vector<Event>& messages) {
  messages.reserve(messages.size() + count);
  for (; first; first = first->newer) messages.push_back(first->event);
}

void KeptLog::read(Shelf& shelf, uint32_t limit, uint64_t now_ms, std::vector<Event>& messages) {
  trim(shelf, now_ms);
  const Kept* first = shelf.newest_;
  if (!first) return;
  size_t count = 1;
  for (; first->older && count != limit; ++count) first = first->older;
  copy_from(first, count, messages);
}

bool KeptLog::recover(Shelf& shelf, uint64_t after, uint32_t limit, uint64_t now_ms,
                      std::vector<Event>& messages) {
  trim(shelf, now_ms);
  if (after < shelf.complete_after_) return false;
  const Kept* first = nullptr;
  size_t count = 0;
  for (const Kept* kept = shelf.newest_; kept && kept->event.position.offset > after;
       kept = kept->older) {
    if (limit != 0 && count == limit) return false;
    first = kept;
    ++count;
  }
  copy_from(first, count, messages);
  return true;
}

}  // namespace ws::channel
