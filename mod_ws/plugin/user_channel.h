// The channel that carries what is meant for all sessions of one user at one Location.
#pragma once

#include <string>
#include <string_view>

namespace ws::plugin {

// Its full name. Every session of an authenticated user is subscribed to it from its beginning.
[[nodiscard]] std::string user_channel(std::string_view name_space, std::string_view location,
                                       std::string_view user);

// Whether a full name is of that kind: no plugin can name one.
[[nodiscard]] bool is_user_channel(std::string_view full_name) noexcept;

}  // namespace ws::plugin
