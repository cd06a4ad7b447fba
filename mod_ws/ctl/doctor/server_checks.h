// What wsctl doctor looks at on the server's machine: the process that runs, the MPM's settings,
// file descriptors, the state directory.
#pragma once

#include "ctl/doctor/finding.h"
#include "ctl/doctor/inventory.h"

namespace ws::ctl {

void check_process(const Inventory& inventory, Findings& findings);
void check_mpm(const Inventory& inventory, Findings& findings);
void check_state(const Inventory& inventory, Findings& findings);

}  // namespace ws::ctl
