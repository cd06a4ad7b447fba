// wsp.history/1: see wsp/extensions.h.
#pragma once

#include <optional>

#include "plugin/plugin_instance.h"
#include "wsp/extensions.h"

namespace ws::plugin {

[[nodiscard]] const wsp_history_1& history_table() noexcept;

// For host->publish too.
[[nodiscard]] wsp_status publish_to(PluginInstance& instance, wsp_bytes channel, wsp_opcode opcode,
                                    wsp_bytes payload, wsp_session except,
                                    const std::optional<channel::Keep>& keep);

}  // namespace ws::plugin
