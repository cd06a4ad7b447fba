// What a client may say.
#include "client_message.h"

#include <charconv>

#include "identity.h"
#include "name.h"
#include "room.h"
#include "shared/fields.h"
#include "shared/json.h"
#include "shared/text.h"

namespace chat {

using namespace shared;

namespace {

using Fields = shared::Fields<ErrorCode>;

std::optional<std::uint64_t> decimal(const std::string& digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<Error> error_of(const Fields& fields) {
  if (!fields.fault()) return std::nullopt;
  return Error{.code = fields.fault()->code, .field = fields.fault()->field};
}

std::optional<Since> since(Fields& fields) {
  const cJSON* object = fields.object("since");
  if (object == nullptr) return std::nullopt;
  Fields inner(object, {"epoch", "offset"});
  const auto epoch = decimal(inner.required_text("epoch"));
  const auto offset = decimal(inner.required_text("offset"));
  if (inner.fault()) fields.wrong(inner.fault()->code, "since");
  Since result;
  if (epoch && offset) result.position = wsp::Position{.epoch = *epoch, .offset = *offset};
  return result;
}

std::string room(Fields& fields) {
  auto name = fields.text("room");
  if (name && !is_valid_room(*name)) fields.wrong(ErrorCode::bad_room, "room");
  return std::move(name).value_or("");
}

void check_text(Fields& fields, const char* name, std::string_view text,
                const MessageLimits& limits) {
  if (count_code_points(text) > limits.text_code_points) fields.wrong(ErrorCode::too_long, name);
  if (!is_message_text(text)) fields.wrong(ErrorCode::bad_text, name);
}

std::string text(Fields& fields, const MessageLimits& limits) {
  std::string value = fields.required_text("text");
  check_text(fields, "text", value, limits);
  return value;
}

std::string client_id(Fields& fields) {
  std::string value = fields.text("client_id").value_or("");
  if (count_code_points(value) > kMaxClientIdCodePoints)
    fields.wrong(ErrorCode::bad_field, "client_id");
  return value;
}

std::optional<ClientMessage> read(std::string_view type, const cJSON* object,
                                  const MessageLimits& limits, std::optional<Error>& error) {
  const auto done = [&](Fields& fields, ClientMessage message) {
    error = error_of(fields);
    return std::optional<ClientMessage>(std::move(message));
  };
  if (type == "say") {
    Fields fields(object, {"type", "room", "text", "client_id"});
    Say say{.room = room(fields), .text = text(fields, limits), .client_id = client_id(fields)};
    return done(fields, std::move(say));
  }
  if (type == "typing") {
    Fields fields(object, {"type", "room", "typing"});
    Typing typing{.room = room(fields), .typing = fields.flag("typing").value_or(true)};
    return done(fields, std::move(typing));
  }
  if (type == "private") {
    Fields fields(object, {"type", "to", "text", "client_id"});
    Private message{.to = fields.required_text("to"),
                    .text = text(fields, limits),
                    .client_id = client_id(fields)};
    if (message.to.empty() || message.to.size() > kMaxMemberIdBytes)
      fields.wrong(ErrorCode::bad_field, "to");
    return done(fields, std::move(message));
  }
  if (type == "hello") {
    Fields fields(object, {"type", "name", "token", "since"});
    Hello hello{.name = fields.text("name"), .token = fields.text("token"), .since = since(fields)};
    if (hello.name && !is_valid_name(*hello.name)) fields.wrong(ErrorCode::bad_name, "name");
    if (hello.token && !is_valid_token(*hello.token)) fields.wrong(ErrorCode::bad_field, "token");
    return done(fields, std::move(hello));
  }
  if (type == "name") {
    Fields fields(object, {"type", "name"});
    Rename rename{.name = fields.required_text("name")};
    if (!is_valid_name(rename.name)) fields.wrong(ErrorCode::bad_name, "name");
    return done(fields, std::move(rename));
  }
  if (type == "join") {
    Fields fields(object, {"type", "room", "since"});
    Join join{.room = room(fields), .since = since(fields)};
    return done(fields, std::move(join));
  }
  if (type == "leave" || type == "who") {
    Fields fields(object, {"type", "room"});
    std::string name = room(fields);
    if (type == "leave") return done(fields, Leave{std::move(name)});
    return done(fields, Who{std::move(name)});
  }
  return std::nullopt;
}

// What an error repeats of the message, so that the client knows which one was meant.
std::string repeated(const cJSON* object, const char* name, std::size_t max_code_points) {
  const cJSON* item = cJSON_GetObjectItemCaseSensitive(object, name);
  if (!cJSON_IsString(item) || count_code_points(item->valuestring) > max_code_points) return "";
  return item->valuestring;
}

}  // namespace

std::variant<ClientMessage, Error> parse_message(std::string_view frame,
                                                 const MessageLimits& limits) {
  if (frame.size() > limits.frame_bytes) return Error{.code = ErrorCode::too_big};
  const Json json = parse_object(frame);
  if (!json) return Error{.code = ErrorCode::bad_json};
  Fields kind(json.get(), {"type"}, OtherFields::are_ignored);
  const std::string type = kind.required_text("type");
  std::optional<Error> error = error_of(kind);
  if (!error) {
    std::optional<ClientMessage> message = read(type, json.get(), limits, error);
    if (!message) error = Error{.code = ErrorCode::unknown_type, .field = "type"};
    if (!error) return std::move(*message);
  }
  error->client_id = repeated(json.get(), "client_id", kMaxClientIdCodePoints);
  error->room = repeated(json.get(), "room", kMaxRoomBytes);
  return *std::move(error);
}

std::variant<SimpleMessage, Error> parse_simple_message(std::string_view frame,
                                                        const MessageLimits& limits) {
  if (frame.size() > limits.frame_bytes) return Error{.code = ErrorCode::too_big};
  const Json json = parse_object(frame);
  if (!json) return Error{.code = ErrorCode::bad_json};
  Fields fields(json.get(), {"chat_user", "chat_message"}, OtherFields::are_ignored);
  SimpleMessage message{.name = fields.required_text("chat_user"),
                        .text = fields.required_text("chat_message")};
  check_text(fields, "chat_message", message.text, limits);
  if (auto error = error_of(fields)) return *std::move(error);
  return message;
}

}  // namespace chat
