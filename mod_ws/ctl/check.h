// The check of a configuration, by the installed httpd.
#pragma once

#include <string>

#include "ctl/arguments.h"

namespace ws::ctl {

// Becomes httpd -t. Returns only when it cannot: `error` says why.
void check_configuration(const Arguments& arguments, std::string& error);

}  // namespace ws::ctl
