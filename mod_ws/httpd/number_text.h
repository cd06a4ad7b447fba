// A number among the arguments of a directive.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ws::httpd {

// From `least`, which is not negative, to `most`; none for anything else. has_unit: K, M or G may
// follow.
[[nodiscard]] inline std::optional<int64_t> number_from(std::string_view text, int64_t least,
                                                        int64_t most, bool has_unit = false) {
  int64_t unit = 1;
  if (has_unit && !text.empty()) {
    const size_t at = std::string_view("kKmMgG").find(text.back());
    if (at != std::string_view::npos) {
      unit = int64_t{1} << (at / 2 + 1) * 10;
      text.remove_suffix(1);
    }
  }
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0 ||
      number > most / unit || number * unit < least)
    return std::nullopt;
  return number * unit;
}

}  // namespace ws::httpd
