// The statistics of all processes, added up for whoever looks.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "plugin/statistics.h"

namespace ws::plugin {

struct CallView {
  uint64_t calls = 0;
  uint64_t failures = 0;
  uint64_t time_ns = 0;
  uint64_t slowest_us = 0;  // of this minute and the last
};

struct PlaceView {
  std::string server;
  std::string location;
  std::string plugin;
  std::array<uint64_t, 2> open{};  // without and with TLS
  std::array<uint64_t, 2> opened{};
  std::array<uint64_t, session::kCloseKinds> closed_by{};
  std::array<uint64_t, kRefusalStatus.size()> refused{};
  std::array<CallView, kCallbacks> callbacks{};
  uint64_t messages_in = 0;
  uint64_t messages_out = 0;
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  uint64_t dropped = 0;
  uint64_t published = 0;
  double in_per_second = 0;  // of the last seconds
  double out_per_second = 0;
};

struct ProcessView {
  pid_t pid = 0;
  uint64_t generation = 0;
  uint64_t open = 0;
  uint64_t waiting_bytes = 0;
  uint64_t received_bytes = 0;
  bool is_stopping = false;
  uint64_t stopping_for_ms = 0;
  uint64_t stopping_sessions = 0;  // that it had when that began
  uint64_t stopping_left_ms = 0;   // 0: no end is set, or it has come
};

// Of all processes together.
struct ProcessSums {
  uint64_t draining = 0;
  uint64_t draining_connections = 0;
  uint64_t waiting_bytes = 0;
  uint64_t received_bytes = 0;
};

struct StatisticsView {
  std::vector<PlaceView> places;       // by name
  std::vector<ProcessView> processes;  // by pid
  uint64_t gaps = 0;
  uint64_t bus_turns = 0;  // see channel::FanOut::Counts
  uint64_t bus_delays_ms = 0;
  uint64_t http_accepted = 0;
  uint64_t http_refused = 0;
};

[[nodiscard]] ProcessSums sums_of(const std::vector<ProcessView>& processes) noexcept;

// What lines and labels call them.
[[nodiscard]] std::string_view name_of(Callback callback) noexcept;
[[nodiscard]] std::string close_name(size_t kind);    // "1000", "3xxx", "lost"
[[nodiscard]] std::string refusal_name(size_t kind);  // "403", "other"

// [any] now_ms: of the monotonic clock.
[[nodiscard]] StatisticsView view_of(const Statistics& statistics, uint64_t now_ms);

}  // namespace ws::plugin
