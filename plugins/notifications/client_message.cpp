// What a client may say.
#include "client_message.h"

#include "shared/fields.h"
#include "shared/json.h"
#include "topic.h"

namespace notifications {

using namespace shared;

namespace {

using Fields = shared::Fields<ErrorCode>;
constexpr std::size_t kMaxSinceTopics = 1000;

// Nothing where it can't be one: a client gets all anew then, as with a place that is too old.
std::optional<wsp::Position> position(const cJSON* object) {
  const auto part = [object](const char* name) -> std::optional<std::uint64_t> {
    const cJSON* item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? parse_decimal(item->valuestring) : std::nullopt;
  };
  const auto epoch = part("epoch"), offset = part("offset");
  if (!epoch || !offset) return std::nullopt;
  return wsp::Position{.epoch = *epoch, .offset = *offset};
}

std::optional<Since> since(Fields& fields) {
  const cJSON* object = fields.object("since");
  if (object == nullptr) return std::nullopt;
  Since since;
  const cJSON* item = nullptr;
  cJSON_ArrayForEach(item, object) {
    if (!cJSON_IsObject(item) || since.size() == kMaxSinceTopics)
      fields.wrong(ErrorCode::bad_field, "since");
    if (!since.emplace(item->string, position(item)).second)
      fields.wrong(ErrorCode::duplicate_field, "since");
    if (fields.fault()) break;
  }
  return since;
}

Read read_of(Fields& fields) {
  Read read{.all = fields.flag("all").value_or(false), .ids = {}};
  const cJSON* list = fields.list("ids");
  if (list == nullptr && !read.all) fields.wrong(ErrorCode::missing_field, "ids");
  if (list != nullptr && read.all) fields.wrong(ErrorCode::bad_field, "all");
  const cJSON* item = nullptr;
  cJSON_ArrayForEach(item, list) {
    std::optional<Id> id = cJSON_IsString(item) ? parse_id(item->valuestring) : std::nullopt;
    if (!id || read.ids.size() == kMaxIds) {
      fields.wrong(ErrorCode::bad_field, "ids");
      break;
    }
    read.ids.push_back(*std::move(id));
  }
  return read;
}

std::string topic(Fields& fields) {
  std::string name = fields.required_text("topic");
  if (!is_valid_topic(name)) fields.wrong(ErrorCode::bad_topic, "topic");
  return name;
}

std::optional<ClientMessage> message_of(std::string_view type, const cJSON* object, Error& error) {
  const auto done = [&](Fields& fields, ClientMessage message) {
    if (fields.fault()) {
      error.code = fields.fault()->code;
      error.field = fields.fault()->field;
      return std::optional<ClientMessage>();
    }
    return std::optional<ClientMessage>(std::move(message));
  };
  if (type == "read") {
    Fields fields(object, {"type", "ids", "all"});
    Read read = read_of(fields);
    return done(fields, std::move(read));
  }
  if (type == "hello") {
    Fields fields(object, {"type", "since"});
    Hello hello{.since = since(fields)};
    return done(fields, std::move(hello));
  }
  if (type == "follow" || type == "unfollow") {
    Fields fields(object, {"type", "topic"});
    Follow follow{.topic = topic(fields), .follows = type == "follow"};
    return done(fields, std::move(follow));
  }
  if (type == "token") {
    Fields fields(object, {"type", "token"});
    Token token{.token = fields.required_text("token")};
    return done(fields, std::move(token));
  }
  error.code = ErrorCode::unknown_type;
  error.field = "type";
  return std::nullopt;
}

}  // namespace

std::variant<ClientMessage, Error> parse_message(std::string_view frame) {
  if (frame.size() > kMaxFrameBytes) return Error{.code = ErrorCode::too_big};
  const Json json = parse_object(frame);
  if (!json) return Error{.code = ErrorCode::bad_json};
  Fields kind(json.get(), {"type"}, OtherFields::are_ignored);
  const std::string type = kind.required_text("type");
  if (kind.fault()) return Error{.code = kind.fault()->code, .field = kind.fault()->field};
  Error error{.of = std::string(first_code_points(type, Fields::kMaxShownCodePoints))};
  std::optional<ClientMessage> message = message_of(type, json.get(), error);
  if (!message) return error;
  return *std::move(message);
}

}  // namespace notifications
