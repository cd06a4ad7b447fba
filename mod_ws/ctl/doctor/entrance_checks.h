// What wsctl doctor sees of a WebSocket from outside: does it open, do frames come through, whose
// pages may use it, is the certificate good.
#pragma once

#include <vector>

#include "ctl/doctor/finding.h"
#include "ctl/doctor/inventory.h"
#include "ctl/doctor/knock.h"

namespace ws::ctl {

void check_entrance(const Entrance& entrance, const KnockOptions& options, Findings& findings);

// Of the places that httpd names those that can be knocked at; of others `findings` says why not.
[[nodiscard]] std::vector<Entrance> entrances_of(const Inventory& inventory, Findings& findings);

}  // namespace ws::ctl
