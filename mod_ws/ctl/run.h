// A command, from its arguments to its end.
#pragma once

#include "ctl/arguments.h"

namespace ws::ctl {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,  // refused, or it could not be done
  kUsage = 2,
};

// [main] Before any other thread: blocks signals. Writes to standard output and standard error.
[[nodiscard]] ExitCode run(const Arguments& arguments);

}  // namespace ws::ctl
