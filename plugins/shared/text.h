// Code points of UTF-8 text: counting them, and which of them may be shown.
// Knows the few ranges that messages between people must tell apart, not the Unicode database.
#pragma once

#include <cstddef>
#include <string_view>

namespace shared {

// Takes the first code point off `rest`. False, and nothing taken, at the end of the text and
// at a byte that is not UTF-8 (RFC 3629, section 3: no overlong forms, no surrogates).
[[nodiscard]] bool next_code_point(std::string_view& rest, char32_t& code_point);

[[nodiscard]] bool is_utf8(std::string_view text);

// How many code points `text` has; `text` is UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

// The longest start of `text` with at most `count` code points.
[[nodiscard]] std::string_view first_code_points(std::string_view text, std::size_t count);

// C0, DEL, C1, and the separators that break a line.
[[nodiscard]] bool is_control(char32_t code_point);

// Seen as nothing at all: marks without a letter, joiners, direction marks, tags.
[[nodiscard]] bool is_invisible(char32_t code_point);

// Space of any width.
[[nodiscard]] bool is_blank(char32_t code_point);

// A message may be of several lines and hold tabs; it holds no other control character, and
// something to see.
[[nodiscard]] bool is_message_text(std::string_view text);

}  // namespace shared
