// wsp.presence/1: see wsp/extensions.h.
#pragma once

#include "wsp/extensions.h"

namespace ws::plugin {

[[nodiscard]] const wsp_presence_1& presence_table() noexcept;

}  // namespace ws::plugin
