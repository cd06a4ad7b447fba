// Lists in HTTP header fields.
#include "protocol/header_list.h"

#include <algorithm>

namespace ws::protocol {
namespace {

char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

bool is_token_character(char c) noexcept {
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
         (std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::string_view> ElementReader::next() noexcept {
  if (done_) return std::nullopt;
  bool quoted = false;
  size_t end = 0;
  for (; end < rest_.size(); ++end) {
    const char c = rest_[end];
    if (c == '"') quoted = !quoted;
    if (c == '\\' && quoted) ++end;
    if (c == separator_ && !quoted) break;
  }
  end = std::min(end, rest_.size());
  const std::string_view element = trim(rest_.substr(0, end));
  done_ = end == rest_.size();
  if (!done_) rest_.remove_prefix(end + 1);
  return element;
}

bool has_token(std::span<const HeaderField> headers, std::string_view name,
               std::string_view token) noexcept {
  for (const HeaderField& field : headers) {
    if (!equals_ignoring_case(field.name, name)) continue;
    ElementReader elements(field.value);
    while (const auto element = elements.next()) {
      if (equals_ignoring_case(*element, token)) return true;
    }
  }
  return false;
}

}  // namespace ws::protocol
