// Where the channels of all child processes are: the directory, made by the parent, and the bus
// of each child.
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "channel/bus.h"
#include "httpd/httpd_headers.h"

namespace ws::httpd {

// [main] In the parent, before it forks, maybe as root. False: the log says what is wrong.
[[nodiscard]] bool prepare_state(server_rec* main_server, apr_pool_t* pool);

// [main] In the parent: the memory in which the children note which messages end them. Without it,
// which the log tells, no plugin is ever switched off.
void make_death_roll(apr_pool_t* pconf, server_rec* main_server);

struct ChildBus {
  std::unique_ptr<channel::Bus> bus;  // null: the log says why
  uint16_t process = 0;               // for session numbers; no other living child has it
};
// [main] In a child. log and clock are borrowed.
[[nodiscard]] ChildBus open_bus(server_rec* main_server, base::Log& log, const base::Clock& clock);

}  // namespace ws::httpd
