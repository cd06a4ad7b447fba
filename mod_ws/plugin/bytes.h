// Counted bytes of the ABI and of C++.
#pragma once

#include <string_view>

#include "wsp/plugin.h"

namespace ws::plugin {

inline std::string_view view(wsp_bytes bytes) noexcept { return {bytes.data, bytes.size}; }
inline wsp_bytes lend(std::string_view bytes) noexcept { return {bytes.data(), bytes.size()}; }
inline bool is_null(wsp_bytes bytes) noexcept { return !bytes.data && bytes.size != 0; }

}  // namespace ws::plugin
