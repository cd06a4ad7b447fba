// What an administrator sees: a part of mod_status' page, and SetHandler websocket-metrics.
#pragma once

namespace ws::httpd::views {

void register_hooks();

}  // namespace ws::httpd::views
