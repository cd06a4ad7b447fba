// The directives about who a visitor is and what he may: for the table in directives.cpp.
#pragma once

#include "httpd/httpd_headers.h"

extern "C" {
const char* ws_add_channel_rule(cmd_parms* cmd, void* config, int argc, char* const argv[]);
const char* ws_set_authorize(cmd_parms* cmd, void* config, const char* uri, const char* required);
}
