// What the plugin says beside notifications: one function for each message in the README. All give
// JSON.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <wsp/plugin.hpp>

#include "error.h"
#include "options.h"

namespace notifications {

struct Topic {
  std::string name;
  bool following = false;
};

// `user` is empty for a guest.
[[nodiscard]] std::string welcome_message(std::string_view user, std::string_view name,
                                          const std::vector<Topic>& topics, const Options& options);

// What follows `since`.
struct Recovery {
  bool recovered = true;
  std::vector<std::string> unread_ids;
};
[[nodiscard]] std::string ready_message(std::size_t unread,
                                        const std::map<std::string, wsp::Position>& positions,
                                        const std::optional<Recovery>& recovery);

[[nodiscard]] std::string badge_message(std::size_t unread);
[[nodiscard]] std::string read_message(const std::vector<std::string>& ids, std::size_t unread);
[[nodiscard]] std::string removed_message(const std::vector<std::string>& ids, std::size_t unread);
[[nodiscard]] std::string topics_message(const std::vector<Topic>& topics);
[[nodiscard]] std::string renewed_message();
[[nodiscard]] std::string error_message(const Error& error);

}  // namespace notifications
