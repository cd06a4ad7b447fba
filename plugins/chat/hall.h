// The rooms as all processes share them: saying something, being there, looking around. Everything
// here is a call to the channels; nothing is kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <wsp/plugin.hpp>

#include "identity.h"
#include "server_message.h"
#include "services.h"

namespace chat {

// Rooms and members are valid; each call is [any] unless it takes a peer: then on its own thread.
class Hall {
 public:
  explicit Hall(const Services& services) : s_(services) {}

  // To everybody in the room, the speaker too, in both protocols' shapes.
  [[nodiscard]] wsp::Status say(std::string_view room, const Member& from, std::string_view text,
                                std::string_view client_id) const;
  // To all connections of the one meant, and to all of the speaker's own.
  [[nodiscard]] wsp::Status say_privately(const Member& from, const Member& to,
                                          std::string_view text, std::string_view client_id) const;
  void show_typing(wsp::Peer peer, std::string_view room, const Member& member, bool typing) const;
  void show_renamed(std::string_view room, const Member& member) const;

  // In the list of the room. A second call changes the name.
  [[nodiscard]] wsp::Status enter(wsp::Peer peer, std::string_view room,
                                  const Member& member) const;
  void leave(wsp::Peer peer, std::string_view room) const;
  [[nodiscard]] Members members(std::string_view room) const;

  // Somebody else in the room goes by this name or one that looks like it. `only_users`: guests
  // do not count. Members who come at the same instant in two processes may miss each other.
  [[nodiscard]] bool is_name_taken(std::string_view room, const Member& by, bool only_users) const;

  // Can be reached in private from now on. A second call changes the name.
  [[nodiscard]] wsp::Status enter_privately(wsp::Peer peer, const Member& member) const;
  // Who that is; nothing when no connection of this member can hear private messages.
  [[nodiscard]] std::optional<Member> reachable(std::string_view member_id) const;

 private:
  [[nodiscard]] wsp::Keep keep() const;

  const Services& s_;
};

}  // namespace chat
