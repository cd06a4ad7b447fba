// What `httpd -t -D DUMP_WEBSOCKETS` prints: a line of JSON about the configuration as httpd has
// understood it, for wsctl doctor.
#pragma once

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// [main] While the configuration is tested. Prints nothing unless it is asked for.
void print_inventory(server_rec* main_server, apr_pool_t* pool);

}  // namespace ws::httpd
