// Which Location a SetHandler of ours stands in.
#pragma once

#include <string_view>

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// [worker] The path of the <Location> that says SetHandler with this name: the outermost, for one
// within it may have other settings. Null: it has no plain path, or none says so.
[[nodiscard]] const char* location_of_handler(request_rec* r, std::string_view handler);

}  // namespace ws::httpd
