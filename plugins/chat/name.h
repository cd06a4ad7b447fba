// The names that people go by: which are allowed, and which look alike.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chat {

constexpr std::size_t kMaxNameCodePoints = 32;

// Who speaks when the chat itself has to say something to a simple client.
constexpr std::string_view kServerName = "server";

// 1..32 code points of UTF-8, no control character, and something to see.
[[nodiscard]] bool is_valid_name(std::string_view name);

// What is left of a name for a hasty reader: without case, blanks, marks and invisible
// characters, look-alikes of other scripts replaced by their Latin letters. Names with the same
// skeleton are taken for each other. Covers Latin, Greek, Cyrillic, full-width and mathematical
// letters; it is not all of Unicode's confusables (UTS #39).
[[nodiscard]] std::string skeleton(std::string_view name);

// The chat's own, and what looks like it: no guest's.
[[nodiscard]] bool is_reserved_name(std::string_view name);

}  // namespace chat
