// Immutable bytes with many readers.
#include "base/shared_bytes.h"

#include <cstring>
#include <new>

namespace ws::base {

SharedBytes::SharedBytes(std::initializer_list<std::string_view> parts) {
  size_t size = 0;
  for (const auto part : parts) size += part.size();
  block_ = new (::operator new(sizeof(Block) + size)) Block{1, size};
  char* to = block_->bytes();
  for (const auto part : parts) {
    if (!part.empty()) std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
}

void SharedBytes::drop() noexcept {
  if (!block_ || block_->holders.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  block_->~Block();
  ::operator delete(block_);
}

}  // namespace ws::base
