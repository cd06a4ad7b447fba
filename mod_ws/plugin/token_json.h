// The JSON in a token: small, and unambiguous for every reader.
#pragma once

#include <cjson/cJSON.h>

#include <memory>
#include <optional>
#include <string_view>

namespace ws::plugin {

struct FreeJson {
  void operator()(cJSON* json) const noexcept { cJSON_Delete(json); }
};
using Json = std::unique_ptr<cJSON, FreeJson>;

// The one object that `text` is. Null also for: what is not UTF-8, more than 16 levels (before
// anything is built), a name twice in one object, a NUL in any spelling, something behind the
// object.
[[nodiscard]] Json parse_token_json(std::string_view text);

// A member by its exact name; null: there is none.
[[nodiscard]] const cJSON* member(const cJSON& object, const char* name) noexcept;
// Nothing: there is none, or it is no string.
[[nodiscard]] std::optional<std::string_view> text_member(const cJSON& object, const char* name);

}  // namespace ws::plugin
