// JSON in and out, by cJSON, with the strictness that a peer's text needs.
#pragma once

#include <cjson/cJSON.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace shared {

constexpr int kMaxJsonDepth = 32;

struct JsonDeleter {
  void operator()(cJSON* json) const noexcept { cJSON_Delete(json); }
};
using Json = std::unique_ptr<cJSON, JsonDeleter>;

// The one JSON object that `text` is; nullptr for anything else. Also refused: more than 32 levels
// (before anything is built), a NUL in any spelling, raw control characters in strings, lone
// surrogates, garbage behind the object.
[[nodiscard]] Json parse_object(std::string_view text);

// A JSON object that is written field by field, in the order of the calls. Texts are UTF-8.
class JsonObject {
 public:
  JsonObject();
  explicit JsonObject(std::string_view type);  // {"type": type ...
  JsonObject& text(const char* name, std::string_view value);
  JsonObject& number(const char* name, std::int64_t value);  // exact below 2^53
  JsonObject& flag(const char* name, bool value);
  JsonObject& null(const char* name);
  // A 64-bit number, as a string: JavaScript's numbers end at 2^53.
  JsonObject& big_number(const char* name, std::uint64_t value);
  JsonObject& object(const char* name, JsonObject value);
  // `json` is JSON already.
  JsonObject& raw(const char* name, const std::string& json);
  [[nodiscard]] std::string print() const;

 private:
  Json json_;
};

}  // namespace shared
