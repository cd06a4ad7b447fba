// What waits to be sent to one slow peer.
#include "net/output_queue.h"

#include <algorithm>
#include <utility>

namespace ws::net {

namespace {
constexpr size_t kOwnChunk = size_t{16} * 1024;
}

std::string_view OutputQueue::Chunk::view() const noexcept {
  if (const auto* const own = std::get_if<std::string>(&content)) return *own;
  const Shared& shared = *std::get_if<Shared>(&content);
  return shared.bytes.view().substr(shared.begin);
}

bool OutputQueue::Chunk::is_droppable() const noexcept {
  const auto* const shared = std::get_if<Shared>(&content);
  return shared && shared->stream != 0;
}

void OutputQueue::append(std::string_view bytes) {
  if (bytes.empty()) return;
  std::string* last = chunks_.empty() ? nullptr : chunks_.back().own();
  if (!last || last->size() >= kOwnChunk) last = chunks_.emplace_back().own();
  last->append(bytes);
  size_ += bytes.size();
}

void OutputQueue::append(base::SharedBytes bytes, Droppable what, size_t begin, size_t sent) {
  const size_t whole = bytes.size() - begin;
  if (sent == whole) return;
  if (sent > 0 && !empty()) return append(bytes.view().substr(begin + sent));
  chunks_.push_back(
      {Shared{std::move(bytes), what.stream, static_cast<uint32_t>(begin), what.messages}});
  if (what.stream != 0) droppable_cost_ += whole + kChunkCost;
  if (sent > 0) offset_ = sent;
  size_ += whole - sent;
}

size_t OutputQueue::lasting_cost() const noexcept {
  const bool begun = offset_ > 0 && chunks_[first_].is_droppable();
  return cost() + (begun ? offset_ : 0) - droppable_cost_;
}

size_t OutputQueue::gather(std::span<iovec> to) const noexcept {
  size_t count = 0;
  size_t skip = offset_;
  for (size_t i = first_; i < chunks_.size() && count < to.size(); ++i, skip = 0) {
    const std::string_view rest = chunks_[i].view().substr(skip);
    to[count++] = {const_cast<char*>(rest.data()), rest.size()};
  }
  return count;
}

void OutputQueue::consume(size_t count) noexcept {
  size_ -= count;
  while (count > 0) {
    const size_t rest = chunks_[first_].view().size() - offset_;
    if (count < rest) {
      offset_ += count;
      return;
    }
    count -= rest;
    pop_front();
    offset_ = 0;
  }
  compact();
}

// Forgets the first chunk.
void OutputQueue::pop_front() noexcept {
  Chunk& chunk = chunks_[first_++];
  if (chunk.is_droppable()) droppable_cost_ -= chunk.view().size() + kChunkCost;
  chunk = {};
}

void OutputQueue::compact() noexcept {
  if (size_ == 0) {
    chunks_.clear();
    first_ = 0;
  } else if (first_ > 64 && first_ * 2 > chunks_.size()) {
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

// Those before it move up; mostly it is the first, or the second behind one that has begun.
void OutputQueue::drop(size_t index, Dropped& sum) noexcept {
  sum.messages += chunks_[index].shared()->messages;
  sum.bytes += chunks_[index].view().size();
  size_ -= chunks_[index].view().size();
  std::rotate(chunks_.begin() + static_cast<std::ptrdiff_t>(first_),
              chunks_.begin() + static_cast<std::ptrdiff_t>(index),
              chunks_.begin() + static_cast<std::ptrdiff_t>(index) + 1);
  pop_front();
}

Dropped OutputQueue::drop_oldest(size_t limit) noexcept {
  Dropped sum;
  for (size_t i = first_; i < chunks_.size() && cost() >= limit && droppable_cost_ > 0; ++i)
    if (chunks_[i].is_droppable() && !has_begun(i)) drop(i, sum);
  compact();
  return sum;
}

Dropped OutputQueue::drop_stream(uint64_t stream) noexcept {
  Dropped sum;
  for (size_t i = first_; i < chunks_.size(); ++i) {
    const Shared* const shared = chunks_[i].shared();
    if (shared && shared->stream == stream && !has_begun(i)) drop(i, sum);
  }
  compact();
  return sum;
}

}  // namespace ws::net
