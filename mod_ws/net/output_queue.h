// What waits to be sent to one slow peer: shared buffers and own bytes, in order.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_bytes.h"

namespace ws::net {

// Exists only while something waits; an idle connection has none.
class OutputQueue {
 public:
  // Copies the bytes.
  void append(std::string_view bytes);
  // Shares the bytes from `offset` on.
  void append(base::SharedBytes bytes, size_t offset = 0);

  [[nodiscard]] size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  // The first bytes, in up to to.size() pieces. Valid until the queue changes.
  size_t gather(std::span<iovec> to) const noexcept;
  // Forgets the first bytes.
  void consume(size_t count) noexcept;

 private:
  struct Chunk {
    base::SharedBytes shared;
    std::string own;  // when there is no shared
    std::string_view view() const noexcept { return shared ? shared.view() : own; }
  };

  std::vector<Chunk> chunks_;
  size_t first_ = 0;   // index of the first chunk that is left
  size_t offset_ = 0;  // bytes of it that are sent
  size_t size_ = 0;
};

}  // namespace ws::net
