// How long a plugin's callback takes, for the statistics.
#pragma once

#include <time.h>

#include <cstdint>

#include "plugin/statistics.h"

namespace ws::plugin {

inline uint64_t coarse_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

// Measures its own life.
class CallTimer {
 public:
  // Who counts there: one loop, or any thread.
  enum class Writer : uint8_t { loop, any };

  explicit CallTimer(CallTimes& times, Writer writer = Writer::loop) noexcept
      : times_(times), begin_ns_(coarse_ns()), writer_(writer) {}
  ~CallTimer() {
    const uint64_t now_ns = coarse_ns();
    const uint64_t took_ns = now_ns - begin_ns_;
    if (writer_ == Writer::any) {
      times_.calls.add_shared(1);
      times_.time_ns.add_shared(took_ns);
    } else {
      times_.calls.add(1);
      if (took_ns == 0) return;
      times_.time_ns.add(took_ns);
    }
    note_slowest(times_, now_ns, took_ns);
  }
  CallTimer(const CallTimer&) = delete;
  CallTimer& operator=(const CallTimer&) = delete;

 private:
  CallTimes& times_;
  const uint64_t begin_ns_;
  const Writer writer_;
};

}  // namespace ws::plugin
