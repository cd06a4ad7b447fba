// What every connection of one Location works with.
#include "services.h"

#include <chrono>
#include <stdexcept>

namespace notifications {

std::int64_t wall_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Services::Services(wsp::Host h, const wsp::Config& config, Clock clock)
    : host(h), options(config), now_ms(clock), history(h), timers(h), identity(h), seldom(h) {
  if (!history || !timers)
    throw std::runtime_error("the host lacks " WSP_HISTORY_1 " or " WSP_TIMER_1);
}

}  // namespace notifications
