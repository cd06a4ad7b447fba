// wsp_host: what every plugin can call.
#pragma once

#include "wsp/plugin.h"

namespace ws::plugin {

class PluginInstance;

// The table of one instance, which must outlive it.
[[nodiscard]] wsp_host make_host(PluginInstance& instance) noexcept;

}  // namespace ws::plugin
