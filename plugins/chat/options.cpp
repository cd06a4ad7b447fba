// What WebSocketPluginOption may say of the chat.
#include "options.h"

#include <stdexcept>

#include "room.h"

namespace chat {
namespace {

constexpr std::chrono::milliseconds kDefaultHistoryAge = std::chrono::hours(24);

template <class Number>
Number number(const wsp::Config& config, const char* name, int64_t otherwise, int64_t least,
              int64_t most) {
  return static_cast<Number>(config.get_number(name, otherwise, least, most));
}

[[noreturn]] void refuse(const std::string& sentence) { throw std::invalid_argument(sentence); }

}  // namespace

Options::Options(const wsp::Config& config)
    : location(config.location()),
      realm(config.get("realm")),
      room(config.get("room", "lobby")),
      join_any(config.get("join", "any") == "any"),
      history(number<std::uint32_t>(config, "history", 100, 0, 1000)),
      history_age(config.get_duration_ms("history-age", kDefaultHistoryAge, std::chrono::seconds(1),
                                         std::chrono::hours(1000))),
      max_length(number<std::size_t>(config, "max-length", 2000, 1, 10000)),
      rate(number<double>(config, "rate", 5, 1, 1000)),
      burst(number<double>(config, "burst", 20, 1, 10000)),
      max_errors(number<double>(config, "max-errors", 10, 1, 1000)),
      max_rooms(number<std::size_t>(config, "max-rooms", 8, 1, 100)),
      announce(number<std::uint64_t>(config, "announce", 500, 0, 10000)),
      guests(config.get_flag("guests", true)),
      simple(config.get_flag("simple", true)),
      typing(config.get_flag("typing", true)),
      private_messages(config.get_flag("private", true)) {
  if (config.has("realm") && !is_valid_room(realm))
    refuse("realm must be letters, digits and . _ ~ -, not \"" + realm + "\"");
  if (!is_valid_room(room))
    refuse("room must be letters, digits and . _ ~ -, at most 64 bytes, not \"" + room + "\"");
  if (!join_any && config.get("join") != "path")
    refuse("join must be any or path, not \"" + std::string(config.get("join")) + "\"");
  if (!Channels::root_fits(location, realm))
    refuse(realm.empty() ? "the location is too long to name the rooms: give the chat a short name "
                           "of its own with WebSocketPluginOption realm NAME"
                         : "realm is too long: at most 47 letters and digits");
}

}  // namespace chat
