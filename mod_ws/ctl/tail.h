// What is published to channels, as it happens.
#pragma once

#include <string>

#include "channel/bus.h"
#include "ctl/arguments.h"

namespace ws::ctl {

// [main] With SIGINT, SIGTERM and SIGHUP blocked in all threads: prints until one of them comes, or
// nobody reads standard output any more. False: `error` says why.
[[nodiscard]] bool tail(channel::Bus& bus, const Arguments& arguments, std::string& error);

}  // namespace ws::ctl
