// One notification.
#include "notification.h"

#include <charconv>
#include <cmath>

#include "shared/fields.h"
#include "shared/json.h"
#include "shared/text.h"
#include "topic.h"

namespace notifications {

using namespace shared;

namespace {

using Fields = shared::Fields<ErrorCode>;

bool begins_as(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i)
    if ((text[i] | (text[i] >= 'A' && text[i] <= 'Z' ? 0x20 : 0)) != lower[i]) return false;
  return true;
}

// What browsers would leave out (blanks, line ends) or read as another character ('\') is not here.
bool is_plain_url(std::string_view url) {
  if (url.size() > kMaxLinkBytes) return false;
  char32_t c = 0;
  while (next_code_point(url, c))
    if (is_control(c) || is_blank(c) || is_invisible(c) || c == '\\') return false;
  return true;
}

// A path of this site; "//host" would be another one.
bool is_path(std::string_view url) { return url.starts_with('/') && !url.starts_with("//"); }

bool is_image(std::string_view url) {
  return is_plain_url(url) &&
         (is_path(url) || begins_as(url, "https://") || begins_as(url, "http://"));
}

bool is_link(std::string_view url) {
  return is_image(url) || (is_plain_url(url) && begins_as(url, "mailto:"));
}

bool is_line(std::string_view text) {
  return is_message_text(text) && text.find_first_of("\r\n\t") == text.npos;
}

bool is_level(std::string_view level) {
  return level == "info" || level == "success" || level == "warning" || level == "error";
}

// An optional text: "" when it is not there.
template <class Fits>
std::string text_that(Fields& fields, const char* name, Fits fits) {
  std::string value = fields.text(name).value_or("");
  if (!value.empty() && !fits(value)) fields.wrong(ErrorCode::bad_field, name);
  return value;
}

// A field that is null counts as not there: so PHP writes an object whose properties are not set.
void drop_nulls(cJSON* object) {
  for (cJSON* item = object->child; item != nullptr;) {
    cJSON* const next = item->next;
    if (cJSON_IsNull(item)) cJSON_Delete(cJSON_DetachItemViaPointer(object, item));
    item = next;
  }
}

std::int64_t lifetime_ms(Fields& fields) {
  const std::optional<double> seconds = fields.number("expires");
  if (!seconds) return 0;
  if (*seconds >= 1 && *seconds <= static_cast<double>(kMaxExpirySeconds) &&
      std::floor(*seconds) == *seconds)
    return static_cast<std::int64_t>(*seconds) * 1000;
  fields.wrong(ErrorCode::bad_field, "expires");
  return 0;
}

}  // namespace

std::variant<Notification, Error> parse_notification(std::string_view payload,
                                                     std::size_t max_length) {
  const Json json = parse_object(payload);
  if (!json) return Error{.code = ErrorCode::bad_json};
  drop_nulls(json.get());
  Fields fields(json.get(), {"title", "text", "level", "link", "icon", "key", "expires"},
                OtherFields::are_ignored);
  Notification said;
  said.title = fields.required_text("title");
  if (!is_line(said.title) || count_code_points(said.title) > kMaxTitleCodePoints)
    fields.wrong(ErrorCode::bad_field, "title");
  said.text = text_that(fields, "text", [&](std::string_view text) {
    return is_message_text(text) && count_code_points(text) <= max_length;
  });
  said.link = text_that(fields, "link", is_link);
  said.icon = text_that(fields, "icon", is_image);
  said.key = text_that(fields, "key", [](std::string_view key) {
    return is_line(key) && count_code_points(key) <= kMaxKeyCodePoints;
  });
  if (std::string level = text_that(fields, "level", is_level); !level.empty())
    said.level = std::move(level);
  said.lifetime_ms = lifetime_ms(fields);
  if (fields.fault()) return Error{.code = fields.fault()->code, .field = fields.fault()->field};
  return said;
}

std::string to_string(std::string_view topic, const wsp::Position& position) {
  std::string id = std::to_string(position.epoch) + "-" + std::to_string(position.offset);
  if (topic != kOwn) id.append("@").append(topic);
  return id;
}

std::optional<std::uint64_t> parse_decimal(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<Id> parse_id(std::string_view text) {
  const std::string_view place = text.substr(0, text.find('@'));
  const std::size_t dash = place.find('-');
  if (dash == place.npos) return std::nullopt;
  const auto epoch = parse_decimal(place.substr(0, dash));
  const auto offset = parse_decimal(place.substr(dash + 1));
  if (!epoch || !offset) return std::nullopt;
  Id id{.topic = "", .position = {.epoch = *epoch, .offset = *offset}};
  if (place.size() == text.size()) return id;
  id.topic = text.substr(place.size() + 1);
  if (!is_valid_topic(id.topic)) return std::nullopt;
  return id;
}

std::string notification_message(std::string_view topic, const Notification& said,
                                 const wsp::Position& position, std::int64_t time_ms,
                                 Sending sending) {
  JsonObject json("notification");
  json.text("id", to_string(topic, position));
  if (topic == kOwn) {
    json.null("topic");
  } else {
    json.text("topic", topic);
  }
  json.text("level", said.level).text("title", said.title);
  if (!said.text.empty()) json.text("text", said.text);
  if (!said.link.empty()) json.text("link", said.link);
  if (!said.icon.empty()) json.text("icon", said.icon);
  if (!said.key.empty()) json.text("key", said.key);
  json.number("time", time_ms);
  if (said.lifetime_ms != 0) json.number("expires", time_ms + said.lifetime_ms);
  JsonObject place;
  place.big_number("epoch", position.epoch).big_number("offset", position.offset);
  json.object("position", std::move(place)).flag("read", sending == Sending::replay_read);
  if (sending != Sending::live) json.flag("replay", true);
  return json.print();
}

}  // namespace notifications
