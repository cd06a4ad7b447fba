// wsctl doctor: looks at a running installation, and says what to change.
#pragma once

#include <string>

#include "ctl/arguments.h"

namespace ws::ctl {

// The report, for people or as JSON; `is_well`: nothing is to be changed. False: a URL is none,
// then `out` says which.
[[nodiscard]] bool examine(const Arguments& arguments, std::string& out, bool& is_well);

}  // namespace ws::ctl
