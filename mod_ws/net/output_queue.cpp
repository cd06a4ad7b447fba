// What waits to be sent to one slow peer.
#include "net/output_queue.h"

namespace ws::net {

namespace {
constexpr size_t kOwnChunk = size_t{16} * 1024;
}

void OutputQueue::append(std::string_view bytes) {
  if (bytes.empty()) return;
  if (chunks_.empty() || chunks_.back().shared || chunks_.back().own.size() >= kOwnChunk) {
    chunks_.emplace_back();
  }
  chunks_.back().own.append(bytes);
  size_ += bytes.size();
}

void OutputQueue::append(base::SharedBytes bytes, size_t offset) {
  const size_t size = bytes.size() - offset;
  if (size == 0) return;
  if (chunks_.empty()) offset_ = offset;
  if (!chunks_.empty() && offset > 0) {
    append(bytes.view().substr(offset));
    return;
  }
  chunks_.push_back({std::move(bytes), {}});
  size_ += size;
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
    chunks_[first_] = {};
    ++first_;
    offset_ = 0;
  }
  if (size_ == 0) {
    chunks_.clear();
    first_ = 0;
  } else if (first_ > 64 && first_ * 2 > chunks_.size()) {
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

}  // namespace ws::net
