// Text from outside as a terminal may get it.
#pragma once

#include <string>
#include <string_view>

namespace ws::ctl {

// Control characters (C0, DEL, C1) and what is not UTF-8 become \n, \t, \xHH.
[[nodiscard]] std::string printable(std::string_view text);

// Characters of a printable text.
[[nodiscard]] size_t width_of(std::string_view text) noexcept;

}  // namespace ws::ctl
