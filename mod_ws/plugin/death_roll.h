// Which messages made plugins end their processes: memory that all children of one configuration
// share.
//
// Made by httpd's parent, which reads nothing of it. Whoever writes there is a process that
// crashes, so everything is a number of its own, and a wrong one only switches off the wrong
// plugin.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace ws::plugin {

// Of one plugin instance, in whatever process.
class DeathRecord {
 public:
  // [any], in the handler of a signal, too. what: callback and message, not 0. The second time
  // within an hour the instance is off.
  void add(uint64_t what, uint64_t now_ms) noexcept;

  // [any] Until the next restart.
  [[nodiscard]] bool is_off() const noexcept { return off_.load(std::memory_order_relaxed); }
  // [any] True once, for all processes together.
  [[nodiscard]] bool is_to_be_told() noexcept { return is_off() && !told_.exchange(true); }

 private:
  friend class DeathRoll;
  struct Death {
    std::atomic<uint64_t> what;
    std::atomic<uint64_t> when_ms;
  };

  std::atomic<uint64_t> key_;  // 0: of nobody
  std::atomic<bool> off_;
  std::atomic<bool> told_;
  std::atomic<uint32_t> next_;
  std::array<Death, 8> deaths_;
};

class DeathRoll {
 public:
  // [any] key: the digest of what makes the instance. Null when too many have one.
  [[nodiscard]] DeathRecord* record(uint64_t key) noexcept;

 private:
  std::array<DeathRecord, 256> records_;
};

// The same in all processes. continues: another one's, of what comes before.
[[nodiscard]] uint64_t digest(std::string_view bytes, uint64_t continues = 0) noexcept;

}  // namespace ws::plugin
