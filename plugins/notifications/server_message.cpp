// What the plugin says beside notifications.
#include "server_message.h"

#include <utility>

#include "client_message.h"
#include "shared/json.h"

namespace notifications {

using namespace shared;

namespace {

std::int64_t signed_of(std::size_t number) { return static_cast<std::int64_t>(number); }

// Ids hold nothing that JSON would escape but a topic's UTF-8, which it need not.
std::string list_of(const std::vector<std::string>& ids) {
  std::string list = "[";
  for (const std::string& id : ids) {
    if (list.size() > 1) list += ',';
    list.append("\"").append(id).append("\"");
  }
  return list + "]";
}

std::string list_of(const std::vector<Topic>& topics) {
  std::string list = "[";
  for (const Topic& topic : topics) {
    if (list.size() > 1) list += ',';
    list += JsonObject().text("name", topic.name).flag("following", topic.following).print();
  }
  return list + "]";
}

std::string about_ids(const char* type, const std::vector<std::string>& ids, std::size_t unread) {
  return JsonObject(type).raw("ids", list_of(ids)).number("unread", signed_of(unread)).print();
}

}  // namespace

std::string welcome_message(std::string_view user, std::string_view name,
                            const std::vector<Topic>& topics, const Options& options) {
  JsonObject json("welcome");
  if (user.empty()) {
    json.null("you");
  } else {
    JsonObject you;
    you.text("user", user).text("name", name);
    json.object("you", std::move(you));
  }
  JsonObject limits;
  limits.number("ids", signed_of(kMaxIds))
      .number("topics", signed_of(options.max_topics))
      .number("rate", static_cast<std::int64_t>(options.rate))
      .number("burst", static_cast<std::int64_t>(options.burst));
  return json.raw("topics", list_of(topics)).object("limits", std::move(limits)).print();
}

std::string ready_message(std::size_t unread, const std::map<std::string, wsp::Position>& positions,
                          const std::optional<Recovery>& recovery) {
  JsonObject places;
  for (const auto& [topic, position] : positions) {
    JsonObject place;
    place.big_number("epoch", position.epoch).big_number("offset", position.offset);
    places.object(topic.c_str(), std::move(place));
  }
  JsonObject json("ready");
  json.number("unread", signed_of(unread)).object("positions", std::move(places));
  if (recovery) {
    json.flag("recovered", recovery->recovered);
    json.raw("unread_ids", list_of(recovery->unread_ids));
  }
  return json.print();
}

std::string badge_message(std::size_t unread) {
  return JsonObject("badge").number("unread", signed_of(unread)).print();
}

std::string read_message(const std::vector<std::string>& ids, std::size_t unread) {
  return about_ids("read", ids, unread);
}

std::string removed_message(const std::vector<std::string>& ids, std::size_t unread) {
  return about_ids("removed", ids, unread);
}

std::string topics_message(const std::vector<Topic>& topics) {
  return JsonObject("topics").raw("topics", list_of(topics)).print();
}

std::string renewed_message() { return JsonObject("renewed").print(); }

std::string error_message(const Error& error) {
  JsonObject json("error");
  json.text("code", to_string(error.code)).text("text", sentence(error.code));
  if (!error.of.empty()) json.text("of", error.of);
  if (!error.field.empty()) json.text("field", error.field);
  if (error.retry_after_ms != 0) json.number("retry_after_ms", error.retry_after_ms);
  return json.print();
}

}  // namespace notifications
