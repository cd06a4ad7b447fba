// Guests: how long they may stay, and how they become somebody.
#pragma once

#include <string_view>

#include "plugin/plugin_instance.h"
#include "wsp/plugin.h"

namespace ws::plugin {

// [session] Closes it with 1008 "not signed in" when its limits' sign_in_timeout_ms have passed
// and it still is nobody's. Where that is 0, it may stay.
void watch_guest(PluginInstance& instance, session::Session& session);

// [session] A guest's session is this user's from now on. WSP_E_DENIED: it has a user already.
// WSP_E_INVALID: that is no user's name. WSP_E_FULL, WSP_E_FAILED: the channels' state has no
// room, or cannot be used, and nothing changed.
[[nodiscard]] wsp_status sign_in(PluginInstance& instance, session::Session& session,
                                 std::string_view user);

}  // namespace ws::plugin
