// WebSocketWatchdog: for the table in directives.cpp.
#pragma once

#include "httpd/httpd_headers.h"

extern "C" const char* ws_set_watchdog(cmd_parms* cmd, void* config, const char* time,
                                       const char* abort);
