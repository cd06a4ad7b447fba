// wsp.timer/1: see wsp/extensions.h.
#pragma once

#include "wsp/extensions.h"

namespace ws::plugin {

[[nodiscard]] const wsp_timer_1& timer_table() noexcept;

}  // namespace ws::plugin
