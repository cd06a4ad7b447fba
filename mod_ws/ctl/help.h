// What wsctl says of itself.
#pragma once

#include <string_view>

namespace ws::ctl {

[[nodiscard]] std::string_view help_text() noexcept;
[[nodiscard]] std::string_view version_text() noexcept;

}  // namespace ws::ctl
