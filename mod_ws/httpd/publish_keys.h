// WebSocketPublishKey.
#pragma once

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// For the table of directives. Null, or what is wrong.
extern "C" const char* ws_set_publish_keys(cmd_parms* cmd, void* config, const char* argument);

}  // namespace ws::httpd
