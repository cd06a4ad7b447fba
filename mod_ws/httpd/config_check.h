// Directives that are good each by itself and contradict each other: warnings of the
// configuration's check, each with the way to mend it.
#pragma once

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// [main] After check_plugins(). Says each thing once for a start, or a configtest.
void warn_of_contradictions(apr_pool_t* ptemp, server_rec* main_server);

}  // namespace ws::httpd
