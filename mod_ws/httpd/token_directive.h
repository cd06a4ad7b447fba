// WebSocketToken: for the table in directives.cpp.
#pragma once

#include "httpd/httpd_headers.h"

extern "C" const char* ws_add_token_keys(cmd_parms* cmd, void* config, int argc,
                                         char* const argv[]);
