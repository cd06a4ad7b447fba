// The rooms as all processes share them.
#include "hall.h"

#include "name.h"

namespace chat {

using enum ChannelKind;

wsp::Keep Hall::keep() const {
  return {.count = s_.options.history, .age = s_.options.history_age};
}

wsp::Status Hall::say(std::string_view room_name, const Member& from, std::string_view text,
                      std::string_view client_id) const {
  const wsp::Status status =
      s_.history.publish(s_.channels.of_room(room, room_name),
                         unstamped_message(room_name, from, text, client_id), keep());
  if (status != wsp::Status::ok || !s_.options.simple) return status;
  return s_.host.publish(s_.channels.of_room(simple, room_name), simple_message(from.name, text));
}

wsp::Status Hall::say_privately(const Member& from, const Member& to, std::string_view text,
                                std::string_view client_id) const {
  const std::string message = unstamped_private(from, to, text, client_id);
  const wsp::Status status = s_.history.publish(s_.channels.of_member(to.id), message, keep());
  if (status != wsp::Status::ok || from.id == to.id) return status;
  return s_.history.publish(s_.channels.of_member(from.id), message, keep());
}

void Hall::show_typing(wsp::Peer peer, std::string_view room_name, const Member& who,
                       bool typing) const {
  peer.publish_to_others(s_.channels.of_room(events, room_name),
                         typing_message(room_name, who, typing));
}

void Hall::show_renamed(std::string_view room_name, const Member& who) const {
  s_.host.publish(s_.channels.of_room(events, room_name),
                  presence_message(room_name, who, Change::renamed));
}

wsp::Status Hall::enter(wsp::Peer peer, std::string_view room_name, const Member& who) const {
  return s_.presence.enter(peer, s_.channels.of_room(events, room_name), who.id,
                           to_presence_info(who));
}

void Hall::leave(wsp::Peer peer, std::string_view room_name) const {
  s_.presence.leave(peer, s_.channels.of_room(events, room_name));
}

Members Hall::members(std::string_view room_name) const {
  Members all;
  s_.presence.list(s_.channels.of_room(events, room_name), [&](const wsp::Member& m) {
    if (++all.count <= kMostMembersListed) all.listed.push_back(from_presence(m.key(), m.info()));
  });
  return all;
}

bool Hall::is_name_taken(std::string_view room_name, const Member& by, bool only_users) const {
  const std::string wanted = skeleton(by.name);
  bool taken = false;
  s_.presence.list(s_.channels.of_room(events, room_name), [&](const wsp::Member& m) {
    if (taken || m.key() == by.id || (only_users && is_guest_in(m.info()))) return;
    taken = skeleton_in(m.info()) == wanted;
  });
  return taken;
}

wsp::Status Hall::enter_privately(wsp::Peer peer, const Member& who) const {
  return s_.presence.enter(peer, s_.channels.of_member(who.id), who.id, to_presence_info(who));
}

std::optional<Member> Hall::reachable(std::string_view member_id) const {
  std::optional<Member> found;
  s_.presence.list(s_.channels.of_member(member_id), [&](const wsp::Member& m) {
    if (m.key() == member_id) found = from_presence(m.key(), m.info());
  });
  return found;
}

}  // namespace chat
