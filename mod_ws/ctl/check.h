// The check of a configuration, by the installed httpd.
#pragma once

#include <initializer_list>
#include <string>

#include "ctl/arguments.h"

namespace ws::ctl {

// Becomes httpd -t, with more words. Returns only when it cannot: `error` says why.
void check_configuration(const Arguments& arguments, std::string& error,
                         std::initializer_list<const char*> more = {});

}  // namespace ws::ctl
