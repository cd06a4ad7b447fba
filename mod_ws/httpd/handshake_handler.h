// Requests to a Location with a WebSocketPlugin: the handshake, and the answer to others.
#pragma once

#include "httpd/httpd_headers.h"

namespace ws::httpd::handshake {

// [main]
void register_hooks();

}  // namespace ws::httpd::handshake
