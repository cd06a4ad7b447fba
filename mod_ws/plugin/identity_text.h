// What may stand in an identity, whoever tells it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ws::plugin {

inline constexpr size_t kMaxUser = 255;         // bytes
inline constexpr size_t kMaxDisplayName = 255;  // bytes
inline constexpr size_t kMaxUserData = 4096;    // bytes

// UTF-8 without control characters, not too long. Both may be empty.
[[nodiscard]] bool is_user_name(std::string_view text) noexcept;
[[nodiscard]] bool is_display_name(std::string_view text) noexcept;

// As PHP's rawurlencode() makes it: %41 is A; what is no escape stays as it is.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace ws::plugin
