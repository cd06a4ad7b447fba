// The memory of the statistics: made once, it outlives restarts and is there for all children.
#pragma once

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// [main] Before the children; ServerConfig::statistics is there afterwards. Without memory the log
// says so, and each child counts for itself.
void prepare_statistics(server_rec* main_server);

}  // namespace ws::httpd
