// Requests to a Location with SetHandler websocket-publish.
#pragma once

namespace ws::httpd::publishing {

inline constexpr const char* kHandler = "websocket-publish";

void register_hooks();

}  // namespace ws::httpd::publishing
