// What the body of a request is.
#include "publish/content.h"

#include <cjson/cJSON.h>

#include <cmath>
#include <memory>

#include "protocol/close_code.h"
#include "protocol/header_list.h"
#include "protocol/utf8.h"

namespace ws::publish {

namespace {

using protocol::equals_ignoring_case;
using protocol::Opcode;

constexpr size_t kMaxReason = 123;

Refusal bad_farewell() {
  return {400, "bad_body",
          R"(The body is {"code":NUMBER,"reason":TEXT}: a close code that a server may send, and )"
          "at most 123 bytes."};
}

bool ends_with_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

}  // namespace

std::variant<Opcode, Refusal> opcode_of(std::string_view type, std::string_view encoding) {
  if (!encoding.empty() && !equals_ignoring_case(protocol::trim(encoding), "identity"))
    return Refusal{415, "bad_encoding", "Send the message without a Content-Encoding."};
  const std::string_view media = protocol::trim(type.substr(0, type.find(';')));
  if (media.empty() || equals_ignoring_case(media, "application/json") ||
      equals_ignoring_case(media, "text/plain") || ends_with_ignoring_case(media, "+json"))
    return Opcode::text;
  if (equals_ignoring_case(media, "application/octet-stream")) return Opcode::binary;
  return Refusal{415, "bad_type",
                 "Content-Type is application/json, text/plain or application/octet-stream."};
}

std::optional<Refusal> check_body(Opcode opcode, std::string_view body) {
  if (opcode == Opcode::text && !protocol::is_valid_utf8(body))
    return Refusal{400, "bad_utf8", "The message is text, and text must be UTF-8."};
  return std::nullopt;
}

std::variant<Farewell, Refusal> parse_farewell(std::string_view body) {
  Farewell farewell;
  if (body.empty()) return farewell;
  const std::unique_ptr<cJSON, void (*)(cJSON*)> json(
      cJSON_ParseWithLength(body.data(), body.size()), cJSON_Delete);
  if (!cJSON_IsObject(json.get()) || !protocol::is_valid_utf8(body)) return bad_farewell();
  for (const cJSON* field = json->child; field; field = field->next) {
    const std::string_view name = field->string;
    if (name == "code" && cJSON_IsNumber(field)) {
      const double code = field->valuedouble;
      if (!(code >= 1000 && code <= 4999) || std::floor(code) != code ||
          !protocol::may_be_sent(static_cast<uint16_t>(code)))
        return bad_farewell();
      farewell.code = static_cast<uint16_t>(code);
    } else if (name == "reason" && cJSON_IsString(field)) {
      farewell.reason = field->valuestring;
      if (farewell.reason.size() > kMaxReason) return bad_farewell();
    } else {
      return bad_farewell();
    }
  }
  return farewell;
}

}  // namespace ws::publish
