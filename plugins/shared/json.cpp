// JSON in and out, by cJSON.
#include "shared/json.h"

#include <cstring>
#include <new>
#include <string>

namespace shared {
namespace {

// cJSON itself reads on behind the object, takes control characters in strings and for blanks,
// ends a string at \u0000, and recurses for each level up to 1000.
bool is_fit_for_cjson(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (in_string) {
      if (c < 0x20) return false;
      if (c == '"') in_string = false;
      if (c == '\\') {
        if (text.substr(i + 1, 5) == "u0000") return false;
        ++i;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxJsonDepth) return false;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
      return false;
    }
  }
  return true;
}

// An allocation failed inside cJSON. (Why a text is no JSON, cJSON_GetErrorPtr() knows, but for all
// threads together: never asked.)
cJSON* checked(cJSON* item) {
  if (item == nullptr) throw std::bad_alloc();
  return item;
}

}  // namespace

Json parse_object(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos || text[begin] != '{' || !is_fit_for_cjson(text)) return nullptr;
  const char* end = nullptr;
  Json json(cJSON_ParseWithLengthOpts(text.data(), text.size(), &end, 0));
  if (!json) return nullptr;
  const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (rest.find_first_not_of(" \t\r\n") != rest.npos) return nullptr;
  return json;
}

JsonObject::JsonObject() : json_(checked(cJSON_CreateObject())) {}

JsonObject::JsonObject(std::string_view type) : JsonObject() { text("type", type); }

JsonObject& JsonObject::text(const char* name, std::string_view value) {
  checked(cJSON_AddStringToObject(json_.get(), name, std::string(value).c_str()));
  return *this;
}

JsonObject& JsonObject::number(const char* name, std::int64_t value) {
  checked(cJSON_AddNumberToObject(json_.get(), name, static_cast<double>(value)));
  return *this;
}

JsonObject& JsonObject::flag(const char* name, bool value) {
  checked(cJSON_AddBoolToObject(json_.get(), name, value));
  return *this;
}

JsonObject& JsonObject::null(const char* name) {
  checked(cJSON_AddNullToObject(json_.get(), name));
  return *this;
}

JsonObject& JsonObject::big_number(const char* name, std::uint64_t value) {
  return text(name, std::to_string(value));
}

JsonObject& JsonObject::object(const char* name, JsonObject value) {
  if (!cJSON_AddItemToObject(json_.get(), name, value.json_.get())) throw std::bad_alloc();
  (void)value.json_.release();
  return *this;
}

JsonObject& JsonObject::raw(const char* name, const std::string& json) {
  checked(cJSON_AddRawToObject(json_.get(), name, json.c_str()));
  return *this;
}

std::string JsonObject::print() const {
  const std::unique_ptr<char, decltype(&cJSON_free)> printed(cJSON_PrintUnformatted(json_.get()),
                                                             cJSON_free);
  if (!printed) throw std::bad_alloc();
  return printed.get();
}

}  // namespace shared
