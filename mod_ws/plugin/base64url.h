// base64url without padding (RFC 4648, section 5; RFC 7515, section 2), strictly.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ws::plugin {

// Nothing: another character, padding, an impossible length, or bits behind the last byte that are
// not 0. So two texts never give the same bytes.
[[nodiscard]] std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace ws::plugin
