// What the chat says: one function for each message in the README, and the two forms of what is
// published. All give JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include <wsp/plugin.hpp>

#include "error.h"
#include "history_page.h"
#include "identity.h"
#include "options.h"

namespace chat {

// Who is in a room: at most kMostMembersListed of them, and how many there are.
constexpr std::size_t kMostMembersListed = 1000;
struct Members {
  std::vector<Member> listed;
  std::size_t count = 0;
};

// As published and kept: without place and time, which are known only afterwards.
[[nodiscard]] std::string unstamped_message(std::string_view room, const Member& from,
                                            std::string_view text, std::string_view client_id);
[[nodiscard]] std::string unstamped_private(const Member& from, const Member& to,
                                            std::string_view text, std::string_view client_id);
// As sent: with id, position and time.
[[nodiscard]] std::string stamped(std::string_view unstamped, const wsp::Position& position,
                                  std::int64_t time_ms);

[[nodiscard]] std::string simple_message(std::string_view name, std::string_view text);
[[nodiscard]] std::string simple_notice(const Error& error);

enum class Change { joined, left, renamed };
[[nodiscard]] std::string presence_message(std::string_view room, const Member& member,
                                           Change change);
[[nodiscard]] std::string typing_message(std::string_view room, const Member& member, bool typing);

// `privately` is null where private messages are turned off.
[[nodiscard]] std::string welcome_message(const Member& you, std::string_view room,
                                          const Options& options, const HistoryPage* privately);
[[nodiscard]] std::string joined_message(std::string_view room, const Members& members,
                                         const HistoryPage& page);
[[nodiscard]] std::string members_message(std::string_view room, const Members& members);
[[nodiscard]] std::string left_message(std::string_view room);
[[nodiscard]] std::string renamed_message(const Member& you);
// `room`: where something was missed; empty: of the private messages.
[[nodiscard]] std::string gap_message(std::string_view room);
[[nodiscard]] std::string error_message(const Error& error);

}  // namespace chat
