// Rooms: their names, and the channels of the bus that carry them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chat {

constexpr std::size_t kMaxRoomBytes = 64;
constexpr std::size_t kMaxRootBytes = 48;

// 1..64 bytes of UTF-8: letters, digits and . _ ~ - of ASCII, and whatever can be seen beyond
// ASCII; not "." or "..".
[[nodiscard]] bool is_valid_room(std::string_view room);

// The room that a request's path names below `location`: "/ws/chat/tea" in "/ws/chat" is "tea".
// `otherwise` when it names none or the location is a pattern; nothing when the name is bad.
[[nodiscard]] std::optional<std::string> room_of_path(std::string_view path,
                                                      std::string_view location,
                                                      std::string_view otherwise);

// What a channel carries. Its letter is part of the channel's name.
enum class ChannelKind : char {
  room = 'r',    // what is said, with history: clients of chat.v1
  simple = 's',  // what is said, in the simple protocol's shape
  events = 'e',  // who comes and goes, who is typing: clients of chat.v1
  member = 'm',  // what is said to one member in private
};

// Channel names: "chat:ROOT:KIND:NAME", where ROOT is the configured location, or "=REALM", so
// that two locations share rooms only when both name one realm. Parts are percent-encoded:
// different rooms never give one channel, and no part can hold a separator.
class Channels {
 public:
  // `realm` may be empty. Precondition: root_fits(location, realm).
  Channels(std::string_view location, std::string_view realm);
  [[nodiscard]] static bool root_fits(std::string_view location, std::string_view realm);

  [[nodiscard]] std::string of_room(ChannelKind kind, std::string_view room) const;
  // One for each member, made of a hash so that any id fits.
  [[nodiscard]] std::string of_member(std::string_view member_id) const;

  // Only for names that this object made.
  [[nodiscard]] ChannelKind kind_of(std::string_view channel) const;
  [[nodiscard]] std::string room_of(std::string_view channel) const;

 private:
  std::string prefix_;  // "chat:ROOT:"
};

}  // namespace chat
