// The log's lines about sessions that ended badly: peers can cause as many as they like. Some are
// written each second, then how many more there were.
#pragma once

#include <cstdint>

#include "base/log.h"
#include "net/timer_wheel.h"

namespace ws::net {
class EventLoop;
}

namespace ws::session {

// One for each loop, on its thread.
class BadEndLines final : private net::Timer {
 public:
  static constexpr unsigned kMostPerSecond = 10;

  explicit BadEndLines(net::EventLoop& loop) noexcept : loop_(loop) {}
  // Tells what is not told yet.
  ~BadEndLines() override { tell(); }

  // Whether a line about such an end may be written; one that may not is counted. At debug all may.
  // log: outlives this.
  [[nodiscard]] bool take(base::Log& log) noexcept;

 private:
  void on_timer() override;
  void tell() noexcept;

  net::EventLoop& loop_;
  base::Log* log_ = nullptr;  // the last that missed one
  unsigned written_ = 0;      // in this second
  uint64_t missed_ = 0;
};

}  // namespace ws::session
