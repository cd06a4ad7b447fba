// What an administrator decides about the state that all processes share, and what tests make
// small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace ws::channel {

struct LmdbSettings {
  std::string directory;            // made by prepare_state_directory()
  size_t size = size_t{256} << 20;  // bytes of the state; at least 1 MiB
  bool sync = false;                // every write waits for the disk
  uint32_t history_count = 10'000;  // kept messages of one channel
  uint32_t history_age_ms = 24 * 60 * 60 * 1000;
  size_t history_bytes = size_t{16} << 20;  // of one channel, with what keeping costs

  size_t queue_bytes = size_t{64} << 20;    // of one process, not written yet
  size_t waiting_bytes = size_t{64} << 20;  // of one loop, not received yet
  uint32_t live_ms = 60'000;  // so long a message that is not kept waits for slow processes
  uint32_t round_ms = 1'000;  // how often somebody looks for processes that died
  uint32_t stall_ms = 5'000;  // how long a stopped process may hold what all others need
};

}  // namespace ws::channel
