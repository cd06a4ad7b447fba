// One process of the test: a bus, some loops' listeners, and clients that do what the driver says.
#pragma once

#include "channel/lmdb_settings.h"

namespace ws::channel::test {

// Serves the socket until it is told to quit; the exit status.
int run_worker(int socket, const LmdbSettings& settings);

}  // namespace ws::channel::test
