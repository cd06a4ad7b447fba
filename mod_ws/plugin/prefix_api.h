// wsp.prefix/1: families of channels.
#pragma once

#include "wsp/extensions.h"

namespace ws::plugin {

[[nodiscard]] const wsp_prefix_1& prefix_table() noexcept;

}  // namespace ws::plugin
