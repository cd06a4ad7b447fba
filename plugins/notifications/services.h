// What every connection of one Location works with. Built by the plugin, lent to its sessions.
#pragma once

#include <cstdint>
#include <wsp/plugin.hpp>

#include "listeners.h"
#include "options.h"
#include "seldom_log.h"

namespace notifications {

// Milliseconds since 1970, UTC.
using Clock = std::int64_t (*)();
[[nodiscard]] std::int64_t wall_clock_ms();

struct Services {
  // Throws where the options are wrong or the host lacks history.
  Services(wsp::Host host, const wsp::Config& config, Clock clock);

  wsp::Host host;
  Options options;
  Clock now_ms;
  wsp::History history;
  wsp::Timers timers;
  wsp::Identity identity;
  Listeners listeners;
  SeldomLog seldom;
};

}  // namespace notifications
