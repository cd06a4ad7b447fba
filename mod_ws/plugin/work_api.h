// wsp.work/1: see wsp/extensions.h.
#pragma once

#include "wsp/extensions.h"

namespace ws::plugin {

[[nodiscard]] const wsp_work_1& work_table() noexcept;

}  // namespace ws::plugin
