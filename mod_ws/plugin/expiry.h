// Ends sessions whose rights have ended.
#pragma once

#include "plugin/plugin_instance.h"

namespace ws::plugin {

inline constexpr uint16_t kExpired = 4401;

// [session] Closes it with 4401 "expired" when its rights end, those that it has then.
void watch_expiry(PluginInstance& instance, session::Session& session);

}  // namespace ws::plugin
