// Limits of connections that all child processes share: by address, by user, by Location.
#pragma once

#include "httpd/child.h"
#include "httpd/configuration.h"
#include "session/server_seats.h"

namespace ws::httpd {

// Both return kOk to go on; else what the handler has to return.

// [worker] Before anybody is identified: whether the address and the Location have seats left, when
// it costs something to find out who it is.
[[nodiscard]] int check_shared_limits(request_rec* r, const DirectoryConfig& config, Child& child);

// [worker] When it is known who it is. All seats or none; they must end before the child does, and
// with stops put off (StopLater), for the bus has locks.
[[nodiscard]] int take_shared_seats(request_rec* r, const DirectoryConfig& config, Child& child,
                                    session::ServerSeats& seats);

}  // namespace ws::httpd
