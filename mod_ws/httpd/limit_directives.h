// The directives about how many may come, and how fast: for the table in directives.cpp.
#pragma once

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// Of a WebSocketMaxConnectionsPer...: where its number goes.
struct ConnectionLimit;
extern const ConnectionLimit kPerAddress;
extern const ConnectionLimit kPerUser;
extern const ConnectionLimit kPerLocation;

}  // namespace ws::httpd

extern "C" {
const char* ws_set_connection_limit(cmd_parms* cmd, void* config, const char* argument);
const char* ws_set_handshake_rate(cmd_parms* cmd, void* config, const char* number,
                                  const char* burst);
}
