// Learns that this process must end at once, whatever it does: httpd's parent sends SIGTERM then
// (SIGHUP too, on prefork), also to a child that drains.
#pragma once

#include <cstdint>

namespace ws::plugin {
class Engine;
}

namespace ws::httpd {

// One at a time. What it replaces is called behind it.
class StopSignals {
 public:
  // [main] engine: hurries when the signal comes, with code 1001; borrowed.
  StopSignals(plugin::Engine& engine, uint32_t wait_ms) noexcept;
  // As it was before, where nobody has set another since.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // [any] Again after the MPM has set its own handlers: at child_init prefork's are there, at
  // child_stopping those of all.
  void listen() noexcept;
  [[nodiscard]] static bool came() noexcept;
};

}  // namespace ws::httpd
