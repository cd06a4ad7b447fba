// What a running server has done, in memory that all its processes share: counters by loop and by
// place, a Location with its plugin.
//
// Each loop counts in a row of its own, so that no counter has two writers on the way of a message.
// A row that its owner left, or whose process died, goes on as it is with the next owner: sums over
// all rows never go back.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/tally.h"
#include "channel/fan_out.h"
#include "session/traffic.h"

namespace ws::plugin {

// What a plugin is called for.
enum class Callback : uint8_t { handshake, open, message, drain, close, deliver, presence, timer };
inline constexpr size_t kCallbacks = 8;

// The coarse clock's steps are some milliseconds: sums are right in the long run, and reading it
// costs nothing that a message would notice.
struct CallTimes {
  base::Tally calls;
  base::Tally time_ns;
  base::Tally failures;  // exceptions
  // The slowest of a minute and of that before: the minute's number above kSlowestBits of
  // microseconds.
  std::array<base::Tally, 2> slowest;
};

void note_slowest(CallTimes& times, uint64_t now_ns, uint64_t took_ns) noexcept;
// In microseconds: of this minute and the last.
[[nodiscard]] uint64_t slowest_us(const CallTimes& times, uint64_t now_ms) noexcept;

// Handshakes that were refused, by status.
inline constexpr std::array<uint16_t, 12> kRefusalStatus{400, 401, 403, 404, 405, 413,
                                                         426, 429, 500, 501, 503, 0};
[[nodiscard]] size_t refusal_kind(int status) noexcept;  // the last: any other

struct PluginCounts {
  std::array<CallTimes, kCallbacks> callbacks;
  // The first loop's row, by any thread.
  std::array<base::Tally, kRefusalStatus.size()> refused;
  base::Tally published;
  // Messages in and out at the row's two latest marks.
  std::array<std::array<base::Tally, 2>, 2> marks;
};

// Of a loop and its process.
struct RowHead {
  std::atomic<uint64_t> owner;  // see Statistics::claim(); 0: nobody
  base::Tally generation;       // of the configuration that it serves
  base::Tally loop;             // 0: the process's first
  base::Tally waiting_bytes;    // for slow clients
  base::Tally received_bytes;   // of messages that are not complete
  channel::FanOut::Counts bus;
  std::array<base::Tally, 2> marked_ms;
  // In the first loop's row, by any thread.
  base::Tally http_accepted;
  base::Tally http_refused;
  base::Tally stopping_since_ms;  // 0: it serves
  base::Tally stopping_sessions;  // that it had then
  base::Tally stopping_until_ms;  // 0: until they leave
};

class Statistics;

// Between two marks of a row.
inline constexpr uint64_t kMarkPeriodMs = 10'000;

// Of one loop. A view; null when there is none.
class Row {
 public:
  Row() = default;
  [[nodiscard]] RowHead& head() const noexcept { return *head_; }
  [[nodiscard]] session::Traffic* traffic() const noexcept { return traffic_; }
  [[nodiscard]] session::Traffic& traffic(uint32_t place) const noexcept { return traffic_[place]; }
  [[nodiscard]] PluginCounts& counts(uint32_t place) const noexcept { return counts_[place]; }
  explicit operator bool() const noexcept { return head_ != nullptr; }

 private:
  friend class Statistics;
  uint64_t owner_ = 0;  // who claimed it, if it was claimed
  RowHead* head_ = nullptr;
  session::Traffic* traffic_ = nullptr;
  PluginCounts* counts_ = nullptr;
};

// A row that is given back at its end.
class OwnedRow final : public Row {
 public:
  explicit OwnedRow(const Row& row) noexcept : Row(row) {}
  ~OwnedRow();
  OwnedRow(const OwnedRow&) = delete;
  OwnedRow& operator=(const OwnedRow&) = delete;
};

// Whose counters these are. Texts are cut to fit.
struct Place {
  std::atomic<uint32_t> state;   // free, being written, good
  std::array<char, 100> server;  // the namespace of its channels
  std::array<char, 200> location;
  std::array<char, 80> plugin;
};

// A view of that memory: any number of them, in any process.
class Statistics {
 public:
  struct Size {
    uint32_t rows;
    uint32_t places;  // at least 1
  };
  [[nodiscard]] static size_t bytes(Size size) noexcept;
  // memory: of that size, zeroed when it was new, aligned as from new; outlives this.
  Statistics(void* memory, Size size) noexcept;

  // [any] The same for the same texts. 0, which is for all others, when there is no room.
  [[nodiscard]] uint32_t place_of(std::string_view server, std::string_view location,
                                  std::string_view plugin) noexcept;

  // [any] A row for a loop of this process. Null: there is none left.
  [[nodiscard]] Row claim(uint64_t generation, unsigned loop, uint64_t now_ms) noexcept;
  // [any] A row from claim(). Its connections must have ended.
  static void release(const Row& row) noexcept;

  // ---- for readers, which trust nothing that they read ----

  // Its rows: those that ever had an owner.
  [[nodiscard]] Size size() const noexcept;
  [[nodiscard]] Row row(uint32_t index) const noexcept;
  // Null for one that is not in use.
  [[nodiscard]] const Place* place(uint32_t index) const noexcept;
  // 0: nobody's, or that of a process that is gone.
  [[nodiscard]] static pid_t owner_of(const Row& row) noexcept;

  // [loop] A mark every now and then: what came since the older one is the rate.
  void mark(const Row& row, uint64_t now_ms) const noexcept;

 private:
  void settle(const Row& row) const noexcept;
  void set_mark(const Row& row, unsigned which, uint64_t now_ms) const noexcept;

  std::atomic<uint32_t>* used_rows_;
  Place* places_;
  std::byte* rows_;
  Size size_;
};

// The calling process alone counts there.
class OwnStatistics {
 public:
  explicit OwnStatistics(Statistics::Size size);
  [[nodiscard]] Statistics& get() noexcept { return statistics_; }

 private:
  std::unique_ptr<std::byte[]> memory_;
  Statistics statistics_;
};

}  // namespace ws::plugin
