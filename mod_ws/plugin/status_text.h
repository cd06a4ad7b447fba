// The statistics in the two forms of mod_status.
#pragma once

#include <string>

#include "plugin/statistics_view.h"

namespace ws::plugin {

// A part of its page.
[[nodiscard]] std::string status_html(const StatisticsView& view);
// For ?auto: "WebSocketName: value" lines.
[[nodiscard]] std::string status_lines(const StatisticsView& view);

}  // namespace ws::plugin
