// Who a connection speaks for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace chat {

// A user that httpd authenticated is known by more bytes than this to no chat: refused with 403.
constexpr std::size_t kMaxUserBytes = 128;
constexpr std::size_t kMinTokenBytes = 16;
constexpr std::size_t kMaxTokenBytes = 128;

// One who is here. Connections with the same id are one member: the tabs of one browser.
struct Member {
  std::string id;       // "u:USER", or "g:" and 22 characters for a guest
  std::string name;     // what others see
  bool guest = true;    // httpd does not vouch for the name
  bool simple = false;  // speaks the simple protocol: hears no private messages
};

// False for what can't be shown or kept as a member: not UTF-8, control characters, too long.
[[nodiscard]] bool is_valid_user(std::string_view user);
[[nodiscard]] bool is_valid_token(std::string_view token);

// The user's id; everybody may know it.
[[nodiscard]] std::string user_id(std::string_view user);
// The id of the guest who knows `token`, a secret of the browser. It does not give the token away.
[[nodiscard]] std::string guest_id(std::string_view token);
// The id of a guest without a token: one of its own for each connection.
[[nodiscard]] std::string random_guest_id();

// Presence keeps a member's id as its key and the rest as its info, with the name's skeleton, so
// that it is made once and not for each newcomer.
[[nodiscard]] std::string to_presence_info(const Member& member);
[[nodiscard]] Member from_presence(std::string_view key, std::string_view info);
[[nodiscard]] std::string_view skeleton_in(std::string_view info);
[[nodiscard]] bool is_guest_in(std::string_view info);

// 22 characters of [A-Za-z0-9_-]: 128 bits of a SHA-256.
[[nodiscard]] std::string digest(std::string_view text);

}  // namespace chat
