// Reads the fields of one JSON object, each at most once, and remembers the first thing wrong.
#pragma once

#include <cjson/cJSON.h>

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "error.h"

namespace chat {

class Fields {
 public:
  static constexpr std::size_t kMost = 6;
  enum class Others { are_wrong, are_ignored };

  // Borrows `object`. `names` are all the fields that there may be: at most kMost, all literals.
  Fields(const cJSON* object, std::initializer_list<const char*> names,
         Others others = Others::are_wrong);

  // A string. `required`: its absence is wrong.
  [[nodiscard]] std::optional<std::string> text(const char* name);
  [[nodiscard]] std::string required_text(const char* name);
  [[nodiscard]] std::optional<bool> flag(const char* name);
  [[nodiscard]] const cJSON* object(const char* name);

  // For what the caller finds wrong with a value. Only the first one counts.
  void wrong(ErrorCode code, const char* name);
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const cJSON* find(const char* name) const;

  std::array<std::pair<const char*, const cJSON*>, kMost> found_{};
  std::optional<Error> error_;
};

}  // namespace chat
