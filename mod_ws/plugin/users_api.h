// wsp.users/1: all sessions of a user.
#pragma once

#include "wsp/extensions.h"

namespace ws::plugin {

[[nodiscard]] const wsp_users_1& users_table() noexcept;

}  // namespace ws::plugin
