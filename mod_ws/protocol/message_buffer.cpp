// One block, grown by realloc: large ones are moved by the kernel, not copied.
#include "protocol/message_buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace ws::protocol {

MessageBuffer::~MessageBuffer() { std::free(bytes_); }

void MessageBuffer::append(std::string_view bytes, uint64_t expected) {
  if (bytes.empty()) return;
  const size_t needed = size_ + bytes.size();
  if (needed > capacity_) {
    const size_t capacity = needed + static_cast<size_t>(std::min<uint64_t>(needed, expected));
    void* block = std::realloc(bytes_, capacity);
    if (!block) throw std::bad_alloc();
    bytes_ = static_cast<char*>(block);
    capacity_ = capacity;
  }
  std::memcpy(bytes_ + size_, bytes.data(), bytes.size());
  size_ = needed;
}

void MessageBuffer::truncate(size_t size) noexcept {
  size_ = std::min(size, size_);
  if (size_ > 0) return;
  std::free(bytes_);
  bytes_ = nullptr;
  capacity_ = 0;
}

}  // namespace ws::protocol
