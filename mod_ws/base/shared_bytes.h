// Immutable bytes with many readers: one allocation, one counter.
#pragma once

#include <atomic>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace ws::base {

// A value: copies share the bytes. Any thread may hold, copy and drop one.
class SharedBytes {
 public:
  SharedBytes() noexcept = default;
  // The parts, one behind the other.
  explicit SharedBytes(std::initializer_list<std::string_view> parts);
  explicit SharedBytes(std::string_view bytes) : SharedBytes({bytes}) {}
  SharedBytes(const SharedBytes& other) noexcept : block_(other.block_) { hold(); }
  SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBytes() { drop(); }

  std::string_view view() const noexcept {
    return block_ ? std::string_view(block_->bytes(), block_->size) : std::string_view();
  }
  size_t size() const noexcept { return block_ ? block_->size : 0; }
  explicit operator bool() const noexcept { return block_ != nullptr; }

 private:
  struct Block {
    std::atomic<size_t> holders;
    size_t size;
    char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
  };

  void hold() noexcept {
    if (block_) block_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  void drop() noexcept;

  Block* block_ = nullptr;
};

}  // namespace ws::base
