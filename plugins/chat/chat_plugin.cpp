// The chat as the server sees it.
#include "chat_plugin.h"

#include <optional>
#include <string>
#include <utility>

#include "chat_session.h"
#include "identity.h"
#include "server_message.h"
#include "simple_session.h"

namespace chat {
namespace {

bool speaks_chat_v1(const wsp::Request& request) {
  return request.subprotocol() == ChatPlugin::kSubprotocols[0];
}

std::optional<std::string> room_of(const wsp::Request& request, const Options& options) {
  return room_of_path(request.path(), options.location, options.room);
}

}  // namespace

void ChatPlugin::check(const wsp::Config& config) { const Options checked(config); }

void ChatPlugin::on_handshake(const wsp::Request& request, wsp::Answer& answer) {
  const Options& options = services_.options;
  if (!room_of(request, options)) {
    answer.refuse(404, "This is not the name of a room.");
  } else if (request.user().empty() && !options.guests) {
    answer.refuse(403, "Only for users who are logged in.");
  } else if (!request.user().empty() && !is_valid_user(request.user())) {
    answer.refuse(403, "This user name can't be shown in the chat.");
  } else if (!speaks_chat_v1(request) && !options.simple) {
    answer.refuse(400, "Only for clients of the WebSocket subprotocol chat.v1.");
  }
}

std::unique_ptr<wsp::Session> ChatPlugin::open(wsp::Peer peer, const wsp::Request& request) {
  std::string room = room_of(request, services_.options).value();
  if (speaks_chat_v1(request))
    return std::make_unique<ChatSession>(peer, services_, request.user(), std::move(room));
  return std::make_unique<SimpleSession>(peer, services_, request.user(), std::move(room));
}

void ChatPlugin::on_deliver(wsp::Delivery& delivery) {
  const ChannelKind kind = services_.channels.kind_of(delivery.channel());
  if (kind != ChannelKind::room && kind != ChannelKind::member) return;
  delivery.replace(stamped(delivery.payload(), delivery.position(), delivery.time_ms()));
}

void ChatPlugin::on_presence(const wsp::Member& member, bool joined, wsp::Delivery& announcement) {
  if (services_.channels.kind_of(announcement.channel()) != ChannelKind::events) return;
  // Each coming and going, told to everybody, would cost the square of their number.
  wsp::MemberCount count;
  services_.presence.count(announcement.channel(), count);
  if (count.members > services_.options.announce) return;
  announcement.replace(presence_message(services_.channels.room_of(announcement.channel()),
                                        from_presence(member.key(), member.info()),
                                        joined ? Change::joined : Change::left));
}

void ChatPlugin::on_gap(wsp::Delivery& notice) {
  switch (services_.channels.kind_of(notice.channel())) {
    case ChannelKind::room:
    case ChannelKind::events:
      notice.replace(gap_message(services_.channels.room_of(notice.channel())));
      break;
    case ChannelKind::member:
      notice.replace(gap_message(""));
      break;
    case ChannelKind::simple:
      break;  // its clients know two fields and could do nothing about it
  }
}

}  // namespace chat
