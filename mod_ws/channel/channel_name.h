// Names of channels: what a plugin may use, and how namespaces are kept apart.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace ws::channel {

inline constexpr size_t kMaxName = 255;       // bytes
inline constexpr size_t kMaxNamespace = 255;  // bytes

// 1..255 bytes of UTF-8 without control characters (C0, DEL, C1) or blanks (U+0020, U+00A0).
[[nodiscard]] bool is_valid_name(std::string_view name) noexcept;

// Namespace and name in one: "example.org\nroom". As no name holds a line feed, two of
// different namespaces are never equal.
class FullName {
 public:
  // name: valid. What a namespace has beyond 255 bytes does not count.
  FullName(std::string_view name_space, std::string_view name) noexcept;
  // prefix: valid; see below.
  [[nodiscard]] static FullName of_family(std::string_view name_space,
                                          std::string_view prefix) noexcept;

  operator std::string_view() const noexcept { return {bytes_.data(), size_}; }

 private:
  size_t size_;
  std::array<char, kMaxNamespace + 1 + kMaxName> bytes_;
};

// The plugin's part of a full name; of a family its prefix.
[[nodiscard]] std::string_view plain_name(std::string_view full_name) noexcept;

// ---- families: all channels whose names begin alike ----
//
// A family has a full name too, its prefix and a mark that no channel's name holds. Whoever listens
// to that name gets what is published to the channels.

inline constexpr char kFamilyMark = '\t';

// A valid name that ends with one of . : / and leaves room for the mark.
[[nodiscard]] bool is_valid_prefix(std::string_view prefix) noexcept;

[[nodiscard]] inline bool is_family(std::string_view full_name) noexcept {
  return full_name.ends_with(kFamilyMark);
}

[[nodiscard]] constexpr bool is_separator(char c) noexcept {
  return c == '.' || c == ':' || c == '/';
}

// Calls f with the full name of each family that a channel is in; the name lives for the call.
template <class F>
void for_each_family(std::string_view full_name, F f) {
  std::array<char, kMaxNamespace + 1 + kMaxName + 1> bytes;
  if (full_name.size() >= bytes.size() || is_family(full_name)) return;
  std::copy(full_name.begin(), full_name.end(), bytes.begin());
  for (size_t i = full_name.rfind('\n') + 1; i < full_name.size(); ++i) {
    if (!is_separator(full_name[i])) continue;
    bytes[i + 1] = kFamilyMark;
    f(std::string_view(bytes.data(), i + 2));
    if (i + 1 < full_name.size()) bytes[i + 1] = full_name[i + 1];
  }
}

}  // namespace ws::channel
