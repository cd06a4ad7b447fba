// Reads the fields of one JSON object.
#include "fields.h"

#include "text.h"

namespace chat {
namespace {
constexpr std::size_t kMaxShownCodePoints = 32;
}

Fields::Fields(const cJSON* object, std::initializer_list<const char*> names, Others others) {
  std::size_t count = 0;
  for (const char* name : names) found_.at(count++).first = name;

  for (const cJSON* item = object->child; item != nullptr && !error_; item = item->next) {
    const std::string_view name = item->string;
    auto* slot = found_.begin();
    while (slot != found_.begin() + count && slot->first != name) ++slot;
    if (slot == found_.begin() + count) {
      if (others == Others::are_wrong)
        error_ = Error{.code = ErrorCode::unknown_field,
                       .field = std::string(first_code_points(name, kMaxShownCodePoints))};
    } else if (slot->second != nullptr) {
      wrong(ErrorCode::duplicate_field, slot->first);
    } else {
      slot->second = item;
    }
  }
}

const cJSON* Fields::find(const char* name) const {
  for (const auto& [known, item] : found_)
    if (known != nullptr && std::string_view(known) == name) return item;
  return nullptr;
}

std::optional<std::string> Fields::text(const char* name) {
  const cJSON* item = find(name);
  if (item == nullptr) return std::nullopt;
  if (!cJSON_IsString(item)) {
    wrong(ErrorCode::bad_field, name);
    return std::nullopt;
  }
  return std::string(item->valuestring);
}

std::string Fields::required_text(const char* name) {
  std::optional<std::string> value = text(name);
  if (!value) wrong(ErrorCode::missing_field, name);
  return std::move(value).value_or("");
}

std::optional<bool> Fields::flag(const char* name) {
  const cJSON* item = find(name);
  if (item == nullptr) return std::nullopt;
  if (!cJSON_IsBool(item)) wrong(ErrorCode::bad_field, name);
  return cJSON_IsTrue(item) != 0;
}

const cJSON* Fields::object(const char* name) {
  const cJSON* item = find(name);
  if (item != nullptr && !cJSON_IsObject(item)) {
    wrong(ErrorCode::bad_field, name);
    return nullptr;
  }
  return item;
}

void Fields::wrong(ErrorCode code, const char* name) {
  if (!error_) error_ = Error{.code = code, .field = name};
}

}  // namespace chat
