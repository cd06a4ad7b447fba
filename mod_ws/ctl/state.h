// The channels' state that httpd's processes share, as one more process of it.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "channel/lmdb_bus.h"

namespace ws::ctl {

// Warnings and errors on standard error.
class StderrLog final : public base::Log {
 public:
  [[nodiscard]] bool enabled(base::LogLevel level) const noexcept override {
    return level <= base::LogLevel::warning;
  }
  void write(base::LogLevel level, std::string_view line) noexcept override;
};

struct State {
  StderrLog log;
  base::MonotonicClock clock;
  std::unique_ptr<channel::LmdbBus> bus;
};

// Null: `error` says why.
[[nodiscard]] std::unique_ptr<State> open_state(const std::string& directory, std::string& error);

}  // namespace ws::ctl
