// The configuration directives: parsing and checking of their arguments.
#pragma once

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// For the module record.
extern const command_rec kDirectives[];

}  // namespace ws::httpd
