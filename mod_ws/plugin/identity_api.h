// wsp.identity/1: what a session may do.
#pragma once

#include "wsp/extensions.h"

namespace ws::plugin {

[[nodiscard]] const wsp_identity_1& identity_table() noexcept;

}  // namespace ws::plugin
