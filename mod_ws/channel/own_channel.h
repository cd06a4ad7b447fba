// The channels of users: user:NAME, where a site tells NAME something, and own:PLUGIN:NAME, where a
// plugin keeps something for NAME. NAME alone may hear there, and always may. In own:PLUGIN:NAME
// the same holds for publishing; in user:NAME no session may, but those whose sign-in names it.
#pragma once

#include <string>
#include <string_view>

namespace ws::channel {

// user:NAME of this user; may be too long to be a channel's name. What no such name may hold
// (blanks, control characters) and % are percent-encoded.
[[nodiscard]] std::string own_channel(std::string_view user);

// Channels whose names begin so.
[[nodiscard]] bool is_of_users(std::string_view channel) noexcept;
// Of these, user:NAME.
[[nodiscard]] bool is_told(std::string_view channel) noexcept;
// One of them, and this user's. user: empty for a guest.
[[nodiscard]] bool is_own(std::string_view channel, std::string_view user) noexcept;
// One of them, and somebody else's.
[[nodiscard]] bool is_anothers(std::string_view channel, std::string_view user) noexcept;
// own:PLUGIN:NAME of this user.
[[nodiscard]] bool is_kept_for(std::string_view channel, std::string_view user) noexcept;

}  // namespace ws::channel
