// The memory that all processes share beside the state: who lives, who sleeps, whose turn it is.
//
// Nothing in it is needed to read the state, and nothing in it survives that no process has open.
// A process that dies at any instruction leaves nothing behind that others have to wait for.
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/unique_fd.h"

namespace ws::channel::lmdb {

inline constexpr uint16_t kMaxProcess = 65'535;

// One process.
struct alignas(64) ProcessSlot {
  std::atomic<uint64_t> hint;      // something for it from this order on; 0: nothing
  std::atomic<uint64_t> until;     // the newest transaction that had, or was to have, some
  std::atomic<uint32_t> bell;      // changes with each wake-up
  std::atomic<uint32_t> sleeping;  // threads that wait for that
  std::atomic<uint32_t> reading;   // its read transactions
  std::atomic<uint32_t> writing;   // 1: wants the gate, 2: has it; or did when it died
  std::atomic<uint32_t> pid;
  std::atomic<uint64_t> started;
};

class Control {
 public:
  // [main] While no other process opens it. Null: `error` says why. One per process and file: the
  // kernel ends all our claims when any descriptor of the file is closed.
  static std::unique_ptr<Control> open(const std::string& path, std::string& error);
  // [main] Whether any process has claimed a number in this file. Not while this process has it
  // open.
  [[nodiscard]] static bool is_in_use(const std::string& path) noexcept;
  // Gives up the number.
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  // Whether no process had it open before.
  [[nodiscard]] bool is_first() const noexcept { return is_first_; }

  // [main] The size of the state: what the first of the processes asked for. While no other process
  // opens it.
  [[nodiscard]] size_t agree_on_size(size_t wanted) noexcept {
    if (header_->size == 0) header_->size = wanted;
    return header_->size;
  }

  // [main] Claims a number that is_free() accepts, one that was used long ago. 0: all are taken.
  // The kernel ends the claim with the process.
  template <class IsFree>
  [[nodiscard]] uint16_t claim(IsFree is_free);
  [[nodiscard]] uint16_t number() const noexcept { return number_; }

  // [any] Whether some other process has claimed the number.
  [[nodiscard]] bool is_alive(uint16_t number) const noexcept;

  [[nodiscard]] ProcessSlot& slot(uint16_t number) noexcept { return slots_[number]; }
  [[nodiscard]] ProcessSlot& own() noexcept { return slots_[number_]; }

  // ---- the gate: who has it may write the state ----

  enum class Gate : uint8_t {
    open,
    timeout,
    broken  // the memory is damaged
  };
  // By the thread that calls leave().
  [[nodiscard]] Gate enter(uint32_t timeout_ms) noexcept;
  void leave() noexcept;

  // ---- wake-ups ----

  // Something of this transaction, from `order` on, is for the process. With the gate, before the
  // commit, which may then fail.
  void hint(uint16_t number, uint64_t order, uint64_t transaction) noexcept;
  struct Hint {
    uint64_t from = 0;   // an order; 0: nothing
    uint64_t until = 0;  // a transaction
  };
  // Of this process, and forgets it.
  [[nodiscard]] Hint take_hint() noexcept;

  // [any] Also from signal handlers.
  void ring(uint16_t number) noexcept;
  [[nodiscard]] uint32_t bell() noexcept { return own().bell.load(std::memory_order_seq_cst); }
  // Until the own bell is no longer `seen`; UINT32_MAX ms: for ever. May return early.
  void sleep(uint32_t seen, uint32_t timeout_ms) noexcept;

  // ---- numbers that all see ----

  // The newest committed transaction; maybe not yet this one, never a later one.
  [[nodiscard]] uint64_t newest() const noexcept {
    return header_->newest.load(std::memory_order_acquire);
  }
  void set_newest(uint64_t transaction) noexcept {
    header_->newest.store(transaction, std::memory_order_release);
  }

  // No room for more channels or members: only what is there is served.
  [[nodiscard]] bool is_crowded() const noexcept {
    return header_->crowded.load(std::memory_order_relaxed) != 0;
  }
  void set_crowded(bool crowded) noexcept {
    header_->crowded.store(crowded ? 1 : 0, std::memory_order_relaxed);
  }

  // Whether anybody has listened to a family since the first process opened this. Says so before
  // it does.
  [[nodiscard]] bool had_families() const noexcept {
    return header_->families.load(std::memory_order_relaxed) != 0;
  }
  void note_family() noexcept { header_->families.store(1, std::memory_order_relaxed); }

  // True for one caller of all processes in each round_ms.
  [[nodiscard]] bool begin_round(uint64_t now_ms, uint32_t round_ms) noexcept;

 private:
  struct alignas(64) Header {
    uint64_t magic;
    std::atomic<uint64_t> newest;
    std::atomic<uint64_t> round_ms;
    std::atomic<uint32_t> last_number;
    std::atomic<uint32_t> crowded;
    std::atomic<uint32_t> families;
    uint64_t size;
    alignas(64) pthread_mutex_t gate;
  };
  static constexpr size_t kHeaderSize = 4096;
  static_assert(sizeof(Header) <= kHeaderSize);
  static constexpr size_t kSize = kHeaderSize + (size_t{kMaxProcess} + 1) * sizeof(ProcessSlot);

  Control() = default;
  [[nodiscard]] bool lock_number(uint16_t number) noexcept;
  void unlock_number(uint16_t number) noexcept;

  base::UniqueFd file_;
  void* memory_ = nullptr;
  Header* header_ = nullptr;
  ProcessSlot* slots_ = nullptr;
  uint16_t number_ = 0;
  bool is_first_ = false;
};

template <class IsFree>
uint16_t Control::claim(IsFree is_free) {
  uint32_t candidate = header_->last_number.load(std::memory_order_relaxed);
  for (uint32_t tries = 0; tries < kMaxProcess; ++tries) {
    candidate = candidate % kMaxProcess + 1;
    const auto number = static_cast<uint16_t>(candidate);
    if (!lock_number(number)) continue;
    if (is_free(number)) {
      header_->last_number.store(candidate, std::memory_order_relaxed);
      return number_ = number;
    }
    unlock_number(number);
  }
  return 0;
}

}  // namespace ws::channel::lmdb
