// Reads the fields of one JSON object, each at most once, and remembers the first thing wrong.
#pragma once

#include <cjson/cJSON.h>

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "shared/text.h"

namespace shared {

// Whether an object may have fields beside those that are named.
enum class OtherFields { are_wrong, are_ignored };

// `Code`: the plugin's own error codes; missing_field, unknown_field, duplicate_field and bad_field
// are among them.
template <class Code>
class Fields {
 public:
  static constexpr std::size_t kMost = 8;
  static constexpr std::size_t kMaxShownCodePoints = 32;

  struct Fault {
    Code code;
    std::string field;
  };

  // Borrows `object`. `names` are all the fields that there may be: at most kMost, all literals.
  Fields(const cJSON* object, std::initializer_list<const char*> names,
         OtherFields others = OtherFields::are_wrong) {
    std::size_t count = 0;
    for (const char* name : names) found_.at(count++).first = name;
    for (const cJSON* item = object->child; item != nullptr && !fault_; item = item->next) {
      const std::string_view name = item->string;
      auto* slot = found_.begin();
      while (slot != found_.begin() + count && slot->first != name) ++slot;
      if (slot == found_.begin() + count) {
        if (others == OtherFields::are_wrong)
          wrong(Code::unknown_field, first_code_points(name, kMaxShownCodePoints));
      } else if (slot->second != nullptr) {
        wrong(Code::duplicate_field, slot->first);
      } else {
        slot->second = item;
      }
    }
  }

  // nullptr: it is not there.
  [[nodiscard]] const cJSON* any(const char* name) const {
    for (const auto& [known, item] : found_)
      if (known != nullptr && std::string_view(known) == name) return item;
    return nullptr;
  }

  [[nodiscard]] std::optional<std::string> text(const char* name) {
    const cJSON* item = of_type(name, cJSON_IsString);
    return item != nullptr ? std::optional<std::string>(item->valuestring) : std::nullopt;
  }

  // A string whose absence is wrong.
  [[nodiscard]] std::string required_text(const char* name) {
    std::optional<std::string> value = text(name);
    if (!value) wrong(Code::missing_field, name);
    return std::move(value).value_or("");
  }

  [[nodiscard]] std::optional<bool> flag(const char* name) {
    const cJSON* item = of_type(name, cJSON_IsBool);
    return item != nullptr ? std::optional<bool>(cJSON_IsTrue(item) != 0) : std::nullopt;
  }

  [[nodiscard]] const cJSON* object(const char* name) { return of_type(name, cJSON_IsObject); }
  [[nodiscard]] const cJSON* list(const char* name) { return of_type(name, cJSON_IsArray); }
  [[nodiscard]] std::optional<double> number(const char* name) {
    const cJSON* item = of_type(name, cJSON_IsNumber);
    return item != nullptr ? std::optional<double>(item->valuedouble) : std::nullopt;
  }

  // For what the caller finds wrong with a value. Only the first one counts.
  void wrong(Code code, std::string_view name) {
    if (!fault_) fault_ = Fault{code, std::string(name)};
  }
  [[nodiscard]] const std::optional<Fault>& fault() const { return fault_; }

 private:
  const cJSON* of_type(const char* name, cJSON_bool (*is)(const cJSON*)) {
    const cJSON* item = any(name);
    if (item == nullptr || is(item)) return item;
    wrong(Code::bad_field, name);
    return nullptr;
  }

  std::array<std::pair<const char*, const cJSON*>, kMost> found_{};
  std::optional<Fault> fault_;
};

}  // namespace shared
