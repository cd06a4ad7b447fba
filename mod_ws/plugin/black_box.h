// What each thread does for a plugin right now, for those who ask when it does not come back: the
// watchdog, and the handler of a crash.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "plugin/death_roll.h"

namespace ws::plugin {

// A callback's name that is not watched: a job may take its time.
inline constexpr char kJob[] = "a job";

// Whose callbacks they are. Outlives them.
struct Suspect {
  std::string plugin;
  std::string location;
  DeathRecord* record = nullptr;  // null: nobody counts
};

// One thread's; it alone writes there, and a callback costs it a few stores into its own cache
// line.
struct alignas(64) BlackBoxLine {
  std::atomic<int> thread = 0;  // its number, as the kernel says; 0: of nobody
  std::atomic<bool> is_ours = false;
  std::atomic<const char*> callback = nullptr;  // its name
  std::atomic<uint32_t> serial = 0;             // another one whenever anything below has changed
  std::atomic<const Suspect*> suspect = nullptr;
  std::atomic<uint64_t> message = 0;  // its head, size and end in one number

  // What its thread does, for the DeathRecord.
  [[nodiscard]] uint64_t what() const noexcept;
};

// All lines of this process.
class BlackBox {
 public:
  static constexpr size_t kLines = 128;

  // [any] The calling thread's line. Null for threads beyond kLines: nobody watches them.
  [[nodiscard]] static BlackBoxLine* mine() noexcept {
    if (!mine_) claim();
    return mine_if_any();
  }
  // [any], in the handler of a signal, too. Null: it has none.
  [[nodiscard]] static BlackBoxLine* mine_if_any() noexcept {
    return mine_ == &nobodys_ ? nullptr : mine_;
  }
  [[nodiscard]] static std::array<BlackBoxLine, kLines>& lines() noexcept { return lines_; }

  // [any] The line is another thread's next.
  static void leave() noexcept;

 private:
  static void claim() noexcept;

  static std::array<BlackBoxLine, kLines> lines_;
  static BlackBoxLine nobodys_;  // of all threads that found none; never written
  // Cheap even through dlopen, and no call in a handler.
  __attribute__((tls_model("initial-exec"))) static thread_local BlackBoxLine* mine_;
};

// A message as a number: what it begins and ends with, and its size. Cheap for large ones, too.
[[nodiscard]] inline uint64_t message_digest(std::string_view message) noexcept {
  constexpr size_t kEnd = 32;
  uint64_t state = message.size();
  const auto add = [&state](std::string_view part) {
    while (!part.empty()) {
      uint64_t word = 0;
      const size_t size = std::min(part.size(), sizeof word);
      std::memcpy(&word, part.data(), size);
      part.remove_prefix(size);
      state = (state ^ word) * 0x9e3779b97f4a7c15;
      state ^= state >> 32;
    }
  };
  add(message.substr(0, kEnd));
  if (message.size() > kEnd) add(message.substr(message.size() - kEnd));
  return state;
}

// [any] A callback runs for as long as this lives. Callbacks may be nested. callback: its name, a
// literal.
class Entered {
 public:
  Entered(const Suspect& suspect, const char* callback, uint64_t message = 0) noexcept
      : line_(BlackBox::mine()) {
    if (!line_) return;
    outer_suspect_ = line_->suspect.load(std::memory_order_relaxed);
    outer_message_ = line_->message.load(std::memory_order_relaxed);
    outer_callback_ = line_->callback.load(std::memory_order_relaxed);
    set(&suspect, callback, message);
  }
  ~Entered() {
    if (line_) set(outer_suspect_, outer_callback_, outer_message_);
  }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

 private:
  void set(const Suspect* suspect, const char* callback, uint64_t message) noexcept {
    line_->suspect.store(suspect, std::memory_order_relaxed);
    line_->message.store(message, std::memory_order_relaxed);
    line_->callback.store(callback, std::memory_order_relaxed);
    line_->serial.store(line_->serial.load(std::memory_order_relaxed) + 1,
                        std::memory_order_release);
  }

  BlackBoxLine* const line_;
  const Suspect* outer_suspect_ = nullptr;
  uint64_t outer_message_ = 0;
  const char* outer_callback_ = nullptr;
};

// [loop][worker] A thread of ours, for as long as this lives.
class OwnThread {
 public:
  OwnThread() noexcept {
    if (BlackBoxLine* const line = BlackBox::mine()) line->is_ours.store(true);
  }
  ~OwnThread() { BlackBox::leave(); }
  OwnThread(const OwnThread&) = delete;
  OwnThread& operator=(const OwnThread&) = delete;
};

}  // namespace ws::plugin
