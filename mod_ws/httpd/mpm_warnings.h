// Warns of settings with which the MPM ends child processes in the midst of their WebSockets.
#pragma once

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// [main] When the configuration is final. A line for each setting, with the one to write instead.
void warn_of_mpm_settings(server_rec* main_server);

}  // namespace ws::httpd
