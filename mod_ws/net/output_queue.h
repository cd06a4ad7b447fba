// What waits to be sent to one slow peer: shared buffers and own bytes, in order.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/shared_bytes.h"

namespace ws::net {

// What a shared buffer is, for those that may be dropped while they wait.
struct Droppable {
  uint64_t stream = 0;    // whose; 0: never dropped
  uint32_t messages = 0;  // how many it has
};

struct Dropped {
  size_t bytes = 0;
  uint32_t messages = 0;
};

// Exists only while something waits; an idle connection has none.
class OutputQueue {
 public:
  // Copies the bytes.
  void append(std::string_view bytes);
  // Shares the bytes from `begin` on, of which `sent` have left already.
  void append(base::SharedBytes bytes, Droppable what = {}, size_t begin = 0, size_t sent = 0);

  [[nodiscard]] size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  // The bytes, and the memory for keeping track of them.
  [[nodiscard]] size_t cost() const noexcept {
    return size_ + (chunks_.size() - first_) * kChunkCost;
  }
  // Of that, without what was appended as droppable.
  [[nodiscard]] size_t lasting_cost() const noexcept;

  // The first bytes, in up to to.size() pieces. Valid until the queue changes.
  size_t gather(std::span<iovec> to) const noexcept;
  // Forgets the first bytes.
  void consume(size_t count) noexcept;

  // Drops whole buffers that may be dropped and of which nothing has left, oldest first, until
  // cost() is below the limit.
  Dropped drop_oldest(size_t limit) noexcept;
  // All of this stream. stream: not 0.
  Dropped drop_stream(uint64_t stream) noexcept;

 private:
  struct Shared {
    base::SharedBytes bytes;
    uint64_t stream;
    uint32_t begin;
    uint32_t messages;
  };
  struct Chunk {
    std::variant<std::string, Shared> content;

    [[nodiscard]] Shared* shared() noexcept { return std::get_if<Shared>(&content); }
    [[nodiscard]] std::string* own() noexcept { return std::get_if<std::string>(&content); }
    [[nodiscard]] std::string_view view() const noexcept;
    // While nothing of it has left.
    [[nodiscard]] bool is_droppable() const noexcept;
  };
  // Twice, for the vector grows by doubling.
  static constexpr size_t kChunkCost = 2 * sizeof(Chunk);
  static_assert(sizeof(Chunk) <= 40);

  [[nodiscard]] bool has_begun(size_t index) const noexcept {
    return index == first_ && offset_ > 0;
  }
  void drop(size_t index, Dropped& sum) noexcept;
  void pop_front() noexcept;
  void compact() noexcept;

  std::vector<Chunk> chunks_;
  size_t first_ = 0;   // index of the first chunk that is left
  size_t offset_ = 0;  // bytes of it that are sent
  size_t size_ = 0;
  size_t droppable_cost_ = 0;  // of whole chunks
};

}  // namespace ws::net
