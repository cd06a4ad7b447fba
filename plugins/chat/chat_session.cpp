// One connection of a client of the subprotocol chat.v1.
#include "chat_session.h"

#include <utility>
#include <variant>

#include "name.h"
#include "server_message.h"

namespace chat {

using shared::kCostOfMessage;
using shared::kCostOfSign;
using wsp::Status;

ChatSession::ChatSession(wsp::Peer peer, const Services& services, std::string_view user,
                         std::string room)
    : Session(peer),
      services_(services),
      hall_(services),
      traffic_(services.options.rate, services.options.burst, services.options.max_errors),
      own_room_(std::move(room)) {
  if (user.empty()) return;
  me_ = {.id = user_id(user), .name = std::string(user), .guest = false};
}

void ChatSession::on_message(const wsp::Message& message) {
  if (closing_) return;
  const MessageLimits limits{.frame_bytes = services_.options.max_frame_bytes(),
                             .text_code_points = services_.options.max_length};
  const auto parsed = parse_message(message.payload(), limits);
  if (const Error* error = std::get_if<Error>(&parsed)) return complain(*error);
  const auto& said = std::get<ClientMessage>(parsed);
  if (!has_said_hello_ && !std::holds_alternative<Hello>(said))
    return complain({.code = ErrorCode::hello_first});
  std::visit([this](const auto& what) { handle(what); }, said);
}

void ChatSession::handle(const Hello& hello) {
  if (has_said_hello_) return complain({.code = ErrorCode::hello_again});
  if (!pay(kCostOfMessage, {})) return;
  if (me_.guest) {
    if (!hello.name) return complain({.code = ErrorCode::missing_field, .field = "name"});
    if (is_reserved_name(*hello.name))
      return complain({.code = ErrorCode::name_taken, .field = "name"});
    me_.id = hello.token ? guest_id(*hello.token) : random_guest_id();
    me_.name = *hello.name;
  }
  has_said_hello_ = true;
  const Options& options = services_.options;
  if (!options.private_messages) return reply(welcome_message(me_, own_room_, options, nullptr));
  Status status = hall_.enter_privately(peer(), me_);
  if (status == Status::ok) {
    status = ask_for_page(services_.history, peer(), services_.channels.of_member(me_.id),
                          Reading::and_subscribe, hello.since, options.history,
                          [this](const HistoryPage* page) {
                            reply(welcome_message(me_, own_room_, services_.options, page));
                          });
  }
  if (status != Status::ok) reply(welcome_message(me_, own_room_, options, nullptr));
}

void ChatSession::handle(const Rename& rename) {
  if (!me_.guest) return complain({.code = ErrorCode::name_fixed});
  if (!pay(kCostOfMessage, {})) return;
  Member renamed = me_;
  renamed.name = rename.name;
  if (is_reserved_name(rename.name))
    return complain({.code = ErrorCode::name_taken, .field = "name"});
  for (const auto& [name, room] : rooms_) {
    if (hall_.is_name_taken(name, renamed, false))
      return complain({.code = ErrorCode::name_taken, .field = "name", .room = name});
  }
  me_ = std::move(renamed);
  if (services_.options.private_messages) (void)hall_.enter_privately(peer(), me_);
  for (const auto& [name, room] : rooms_) {
    (void)hall_.enter(peer(), name, me_);
    hall_.show_renamed(name, me_);
  }
  reply(renamed_message(me_));
}

void ChatSession::handle(const Join& join) {
  const std::string& room = room_or_own(join.room);
  if (!pay(kCostOfMessage, {.room = room})) return;
  if (!services_.options.join_any && room != own_room_)
    return complain({.code = ErrorCode::room_not_allowed, .field = "room", .room = room});
  const auto there = rooms_.find(room);
  if (there == rooms_.end()) return enter(room, join);
  if (there->second.place == Place::entering) return;  // its answer is on the way
  if (ask_for_history(room, Reading::only, join) != Status::ok)
    complain({.code = ErrorCode::try_again, .room = room});
}

void ChatSession::enter(const std::string& room, const Join& join) {
  if (rooms_.size() >= services_.options.max_rooms)
    return complain({.code = ErrorCode::too_many_rooms, .field = "room", .room = room});
  if (me_.guest && hall_.is_name_taken(room, me_, false))
    return complain({.code = ErrorCode::name_taken, .field = "name", .room = room});
  rooms_[room] = {.place = Place::entering, .visit = ++visits_};
  // The list that "joined" gives is read after both calls: whoever comes later is announced.
  Status status = peer().subscribe(services_.channels.of_room(ChannelKind::events, room));
  if (status == Status::ok) status = hall_.enter(peer(), room, me_);
  if (status == Status::ok) status = ask_for_history(room, Reading::and_subscribe, join);
  if (status == Status::ok) return;
  go_out(room);
  complain({.code = ErrorCode::try_again, .room = room});
}

Status ChatSession::ask_for_history(const std::string& room, Reading reading, const Join& join) {
  return ask_for_page(services_.history, peer(),
                      services_.channels.of_room(ChannelKind::room, room), reading, join.since,
                      services_.options.history,
                      [this, room, visit = rooms_[room].visit](const HistoryPage* page) {
                        on_history(room, visit, page);
                      });
}

void ChatSession::on_history(const std::string& room, std::uint64_t visit,
                             const HistoryPage* page) {
  const auto there = rooms_.find(room);
  if (there == rooms_.end() || there->second.visit != visit) return;
  if (page == nullptr) {
    if (there->second.place == Place::entering) go_out(room);
    return complain({.code = ErrorCode::try_again, .room = room});
  }
  there->second.place = Place::inside;
  reply(joined_message(room, hall_.members(room), *page));
}

void ChatSession::handle(const Leave& leave) {
  const std::string room = room_or_own(leave.room);
  if (!pay(kCostOfSign, {.room = room})) return;
  if (rooms_.contains(room)) go_out(room);
  reply(left_message(room));
}

void ChatSession::go_out(const std::string& room) {
  rooms_.erase(room);
  peer().unsubscribe(services_.channels.of_room(ChannelKind::room, room));
  peer().unsubscribe(services_.channels.of_room(ChannelKind::events, room));
  hall_.leave(peer(), room);
}

void ChatSession::handle(const Who& who) {
  const std::string* room = room_inside(who.room, {});
  if (room == nullptr || !pay(kCostOfMessage, {.room = *room})) return;
  reply(members_message(*room, hall_.members(*room)));
}

void ChatSession::handle(const Say& say) {
  const Error about{.client_id = say.client_id, .room = room_or_own(say.room)};
  const std::string* room = room_inside(say.room, about);
  if (room == nullptr || !pay(kCostOfMessage, about)) return;
  if (hall_.say(*room, me_, say.text, say.client_id) == Status::ok) return;
  Error failed = about;
  failed.code = ErrorCode::try_again;
  complain(failed);
}

void ChatSession::handle(const Typing& typing) {
  if (!services_.options.typing) return complain({.code = ErrorCode::turned_off, .field = "type"});
  const std::string* room = room_inside(typing.room, {});
  if (room == nullptr || !pay(kCostOfSign, {.room = *room})) return;
  hall_.show_typing(peer(), *room, me_, typing.typing);
}

void ChatSession::handle(const Private& message) {
  Error about{.client_id = message.client_id};
  const auto failed = [&](ErrorCode code, const char* field) {
    about.code = code;
    about.field = field;
    complain(about);
  };
  if (!services_.options.private_messages) return failed(ErrorCode::turned_off, "type");
  if (!pay(kCostOfMessage, about)) return;
  const std::optional<Member> to = hall_.reachable(message.to);
  if (!to) return failed(ErrorCode::unreachable, "to");
  if (hall_.say_privately(me_, *to, message.text, message.client_id) != Status::ok)
    failed(ErrorCode::try_again, "");
}

bool ChatSession::pay(double cost, const Error& about) {
  const std::uint32_t wait_ms = traffic_.charge(cost);
  if (wait_ms == 0) return true;
  Error error = about;
  error.code = ErrorCode::rate_limited;
  error.retry_after_ms = wait_ms;
  complain(error);
  return false;
}

const std::string* ChatSession::room_inside(const std::string& named, const Error& about) {
  const std::string& room = room_or_own(named);
  if (rooms_.contains(room)) return &room;
  Error error = about;
  error.code = ErrorCode::not_in_room;
  error.field = "room";
  error.room = room;
  complain(error);
  return nullptr;
}

const std::string& ChatSession::room_or_own(const std::string& named) const {
  return named.empty() ? own_room_ : named;
}

void ChatSession::complain(const Error& error) {
  reply(error_message(error));
  if (traffic_.tolerates_error()) return;
  closing_ = true;
  peer().close(wsp::CloseCode::policy_violation, "too many errors");
}

}  // namespace chat
