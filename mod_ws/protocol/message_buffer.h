// The bytes of a message that has not arrived in one piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ws::protocol {

// Owns one block, at most twice as large as the most bytes that were in it; none at all while it
// is empty.
class MessageBuffer {
 public:
  MessageBuffer() noexcept = default;
  MessageBuffer(const MessageBuffer&) = delete;
  MessageBuffer& operator=(const MessageBuffer&) = delete;
  ~MessageBuffer();

  // `expected`: how many bytes may follow these. A full block doubles, but not beyond them: so
  // nothing is allocated that a peer has only announced. Throws std::bad_alloc.
  void append(std::string_view bytes, uint64_t expected);

  // Keeps the first `size` bytes; 0 frees the block.
  void truncate(size_t size) noexcept;

  [[nodiscard]] size_t size() const noexcept { return size_; }
  [[nodiscard]] size_t capacity() const noexcept { return capacity_; }
  // Valid until the next append() or truncate().
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_, size_}; }

 private:
  char* bytes_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace ws::protocol
