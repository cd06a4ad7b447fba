// The JSON in a token.
#include "plugin/token_json.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "protocol/utf8.h"

namespace ws::plugin {

namespace {

constexpr int kMaxDepth = 16;

bool is_shallow(std::string_view text) noexcept {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (in_string) {
      if (text[i] == '\\') {
        if (text.substr(i, 6) == "\\u0000") return false;
        ++i;
      } else if (text[i] == '"') {
        in_string = false;
      }
    } else if (text[i] == '"') {
      in_string = true;
    } else if (text[i] == '{' || text[i] == '[') {
      if (++depth > kMaxDepth) return false;
    } else if (text[i] == '}' || text[i] == ']') {
      --depth;
    }
  }
  return true;
}

// As deep as is_shallow() allows.
bool has_no_name_twice(const cJSON& value) {
  std::vector<std::string_view> names;
  for (const cJSON* child = value.child; child; child = child->next) {
    if (child->string) names.emplace_back(child->string);
    if (!has_no_name_twice(*child)) return false;
  }
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}

}  // namespace

Json parse_token_json(std::string_view text) {
  if (!protocol::is_valid_utf8(text) || text.find('\0') != text.npos || !is_shallow(text))
    return nullptr;
  const char* end = nullptr;
  Json json(cJSON_ParseWithLengthOpts(text.data(), text.size(), &end, 0));
  if (!json || !cJSON_IsObject(json.get())) return nullptr;
  const std::string_view behind = text.substr(static_cast<size_t>(end - text.data()));
  if (behind.find_first_not_of(" \t\r\n") != behind.npos) return nullptr;
  return has_no_name_twice(*json) ? std::move(json) : nullptr;
}

const cJSON* member(const cJSON& object, const char* name) noexcept {
  return cJSON_GetObjectItemCaseSensitive(&object, name);
}

std::optional<std::string_view> text_member(const cJSON& object, const char* name) {
  const char* const text = cJSON_GetStringValue(member(object, name));
  return text ? std::optional<std::string_view>(text) : std::nullopt;
}

}  // namespace ws::plugin
