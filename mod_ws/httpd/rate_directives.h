// The directives about what a session may do in a second and what it misses when it doesn't read:
// for the table in directives.cpp.
#pragma once

#include "httpd/httpd_headers.h"

extern "C" {
const char* ws_set_message_rate(cmd_parms* cmd, void* config, int argc, char* const argv[]);
const char* ws_set_control_rate(cmd_parms* cmd, void* config, int argc, char* const argv[]);
const char* ws_set_byte_rate(cmd_parms* cmd, void* config, int argc, char* const argv[]);
const char* ws_set_slow_client(cmd_parms* cmd, void* config, const char* argument);
}
