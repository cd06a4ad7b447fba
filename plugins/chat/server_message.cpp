// What the chat says.
#include "server_message.h"

#include "name.h"
#include "shared/json.h"

namespace chat {

using namespace shared;

namespace {

JsonObject json_of(const Member& member) {
  JsonObject json;
  json.text("id", member.id).text("name", member.name).flag("guest", member.guest);
  if (member.simple) json.flag("simple", true);
  return json;
}

JsonObject json_of(const wsp::Position& position) {
  JsonObject json;
  json.big_number("epoch", position.epoch).big_number("offset", position.offset);
  return json;
}

JsonObject json_of(const HistoryPage& page) {
  JsonObject json;
  if (page.recovered) json.flag("recovered", *page.recovered);
  json.object("position", json_of(page.position)).raw("messages", page.messages);
  return json;
}

void add(JsonObject& json, const Members& members) {
  std::string list = "[";
  for (const Member& member : members.listed) {
    if (list.size() > 1) list += ',';
    list += json_of(member).print();
  }
  json.raw("members", list + "]").number("count", static_cast<std::int64_t>(members.count));
}

}  // namespace

std::string unstamped_message(std::string_view room, const Member& from, std::string_view text,
                              std::string_view client_id) {
  JsonObject json("message");
  json.text("room", room).object("from", json_of(from)).text("text", text);
  if (!client_id.empty()) json.text("client_id", client_id);
  return json.print();
}

std::string unstamped_private(const Member& from, const Member& to, std::string_view text,
                              std::string_view client_id) {
  JsonObject json("private");
  json.object("from", json_of(from)).object("to", json_of(to)).text("text", text);
  if (!client_id.empty()) json.text("client_id", client_id);
  return json.print();
}

std::string stamped(std::string_view unstamped, const wsp::Position& position,
                    std::int64_t time_ms) {
  const std::string epoch = std::to_string(position.epoch);
  const std::string offset = std::to_string(position.offset);
  if (unstamped.ends_with('}')) unstamped.remove_suffix(1);
  std::string out;
  out.reserve(unstamped.size() + 160);
  out.append(unstamped).append(",\"id\":\"").append(epoch).append("-").append(offset);
  out.append("\",\"position\":{\"epoch\":\"").append(epoch).append("\",\"offset\":\"");
  out.append(offset).append("\"},\"time\":").append(std::to_string(time_ms)).append("}");
  return out;
}

std::string simple_message(std::string_view name, std::string_view text) {
  JsonObject json;
  json.text("chat_user", name).text("chat_message", text);
  return json.print();
}

std::string simple_notice(const Error& error) {
  std::string text(sentence(error.code));
  if (!error.field.empty()) text += " (" + error.field + ")";
  return simple_message(kServerName, text);
}

std::string presence_message(std::string_view room, const Member& member, Change change) {
  JsonObject json("presence");
  json.text("room", room).object("member", json_of(member));
  json.text("change", change == Change::joined ? "joined"
                      : change == Change::left ? "left"
                                               : "renamed");
  return json.print();
}

std::string typing_message(std::string_view room, const Member& member, bool typing) {
  JsonObject json("typing");
  json.text("room", room).object("member", json_of(member)).flag("typing", typing);
  return json.print();
}

std::string welcome_message(const Member& you, std::string_view room, const Options& options,
                            const HistoryPage* privately) {
  JsonObject limits;
  limits.number("text", static_cast<std::int64_t>(options.max_length))
      .number("name", static_cast<std::int64_t>(kMaxNameCodePoints))
      .number("rooms", static_cast<std::int64_t>(options.max_rooms))
      .number("rate", static_cast<std::int64_t>(options.rate))
      .number("burst", static_cast<std::int64_t>(options.burst));
  JsonObject json("welcome");
  json.object("you", json_of(you)).text("room", room).object("limits", std::move(limits));
  json.flag("join_any", options.join_any).flag("typing", options.typing);
  if (privately != nullptr) json.object("private", json_of(*privately));
  return json.print();
}

std::string joined_message(std::string_view room, const Members& members, const HistoryPage& page) {
  JsonObject json("joined");
  json.text("room", room);
  add(json, members);
  if (page.recovered) json.flag("recovered", *page.recovered);
  json.object("position", json_of(page.position)).raw("messages", page.messages);
  return json.print();
}

std::string members_message(std::string_view room, const Members& members) {
  JsonObject json("members");
  json.text("room", room);
  add(json, members);
  return json.print();
}

std::string left_message(std::string_view room) {
  return JsonObject("left").text("room", room).print();
}

std::string renamed_message(const Member& you) {
  return JsonObject("renamed").object("you", json_of(you)).print();
}

std::string gap_message(std::string_view room) {
  JsonObject json("gap");
  if (!room.empty()) json.text("room", room);
  return json.print();
}

std::string error_message(const Error& error) {
  JsonObject json("error");
  json.text("code", to_string(error.code)).text("message", sentence(error.code));
  if (!error.field.empty()) json.text("field", error.field);
  if (!error.room.empty()) json.text("room", error.room);
  if (!error.client_id.empty()) json.text("client_id", error.client_id);
  if (error.retry_after_ms != 0) json.number("retry_after_ms", error.retry_after_ms);
  return json.print();
}

}  // namespace chat
