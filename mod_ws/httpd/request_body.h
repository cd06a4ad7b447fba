// Reading what a request carries.
#pragma once

#include <string>

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// [worker] Blocks until all of it is there. kOk; or the status to answer with, 413 when it has more
// than `limit` bytes. AP_FILTER_ERROR: an answer is out already.
[[nodiscard]] int read_body(request_rec* r, size_t limit, std::string& body);

}  // namespace ws::httpd
