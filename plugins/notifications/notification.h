// One notification: as a site publishes it, where it stands, and as clients get it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <wsp/plugin.hpp>

#include "error.h"

namespace notifications {

constexpr std::size_t kMaxTitleCodePoints = 200;
constexpr std::size_t kMaxKeyCodePoints = 100;
constexpr std::size_t kMaxLinkBytes = 2000;
constexpr std::int64_t kMaxExpirySeconds = 31'536'000;

// An empty text: it has none.
struct Notification {
  std::string level = "info";
  std::string title;
  std::string text, link, icon, key;
  std::int64_t lifetime_ms = 0;  // 0: it does not expire
};

// What a site published, or what is wrong with it. `max_length`: of the text, in code points.
[[nodiscard]] std::variant<Notification, Error> parse_notification(std::string_view payload,
                                                                   std::size_t max_length);

// Which one: "7-12" of the user's own, "7-12@news" of a topic.
struct Id {
  std::string topic;
  wsp::Position position;
};
[[nodiscard]] std::string to_string(std::string_view topic, const wsp::Position& position);
[[nodiscard]] std::optional<Id> parse_id(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view digits);

enum class Sending {
  live,         // for all who hear it
  replay,       // for one who missed it
  replay_read,  // the same, and its user read it elsewhere
};

// {"type":"notification",...}
[[nodiscard]] std::string notification_message(std::string_view topic, const Notification& said,
                                               const wsp::Position& position, std::int64_t time_ms,
                                               Sending sending);

}  // namespace notifications
