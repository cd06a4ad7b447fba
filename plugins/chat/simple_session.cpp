// One connection of a client of the simple protocol.
#include "simple_session.h"

#include <utility>
#include <variant>

#include "name.h"
#include "server_message.h"

namespace chat {

using shared::kCostOfMessage;
using wsp::Status;

SimpleSession::SimpleSession(wsp::Peer peer, const Services& services, std::string_view user,
                             std::string room)
    : Session(peer),
      services_(services),
      hall_(services),
      traffic_(services.options.rate, services.options.burst, services.options.max_errors),
      room_(std::move(room)) {
  me_.simple = true;
  me_.guest = user.empty();
  me_.id = me_.guest ? random_guest_id() : user_id(user);
  me_.name = user;
  peer.subscribe(services.channels.of_room(ChannelKind::simple, room_));
}

void SimpleSession::on_message(const wsp::Message& message) {
  if (closing_) return;
  const MessageLimits limits{.frame_bytes = services_.options.max_frame_bytes(),
                             .text_code_points = services_.options.max_length};
  const auto parsed = parse_simple_message(message.payload(), limits);
  if (const Error* error = std::get_if<Error>(&parsed)) return complain(*error);
  say(std::get<SimpleMessage>(parsed));
}

void SimpleSession::say(const SimpleMessage& message) {
  if (traffic_.charge(kCostOfMessage) != 0) return complain({.code = ErrorCode::rate_limited});
  if (!go_by(me_.guest ? message.name : me_.name)) return;
  if (hall_.say(room_, me_, message.text, "") != Status::ok)
    complain({.code = ErrorCode::try_again});
}

bool SimpleSession::go_by(const std::string& name) {
  if (is_listed_ && name == me_.name) return true;
  Member named = me_;
  named.name = name;
  if (me_.guest) {
    if (!is_valid_name(name)) {
      complain({.code = ErrorCode::bad_name, .field = "chat_user"});
      return false;
    }
    if (is_reserved_name(name) || hall_.is_name_taken(room_, named, true)) {
      complain({.code = ErrorCode::name_taken, .field = "chat_user"});
      return false;
    }
  }
  me_ = std::move(named);
  if (hall_.enter(peer(), room_, me_) != Status::ok) {
    complain({.code = ErrorCode::try_again});
    return false;
  }
  if (is_listed_) hall_.show_renamed(room_, me_);
  is_listed_ = true;
  return true;
}

void SimpleSession::complain(const Error& error) {
  peer().send(simple_notice(error));
  if (traffic_.tolerates_error()) return;
  closing_ = true;
  peer().close(wsp::CloseCode::policy_violation, "too many errors");
}

}  // namespace chat
