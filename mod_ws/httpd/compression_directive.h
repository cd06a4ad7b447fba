// WebSocketCompression: for the table in directives.cpp.
#pragma once

#include "httpd/httpd_headers.h"

extern "C" const char* ws_set_compression(cmd_parms* cmd, void* config, int argc,
                                          char* const argv[]);
