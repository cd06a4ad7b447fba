// Code points of UTF-8 text.
#include "shared/text.h"

namespace shared {
namespace {

struct Range {
  char32_t first, last;
};

template <std::size_t N>
bool is_in(const Range (&ranges)[N], char32_t code_point) {
  for (const Range& range : ranges)
    if (code_point >= range.first && code_point <= range.last) return true;
  return false;
}

constexpr Range kInvisible[] = {
    {0x00AD, 0x00AD},   {0x0300, 0x036F},   {0x034F, 0x034F},   {0x061C, 0x061C}, {0x115F, 0x1160},
    {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x1AB0, 0x1AFF},   {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
    {0x202A, 0x202E},   {0x2060, 0x206F},   {0x20D0, 0x20FF},   {0x2800, 0x2800}, {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB},
    {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

constexpr Range kBlank[] = {
    {0x0020, 0x0020}, {0x00A0, 0x00A0}, {0x1680, 0x1680}, {0x2000, 0x200A},
    {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000},
};

}  // namespace

bool next_code_point(std::string_view& rest, char32_t& code_point) {
  if (rest.empty()) return false;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const unsigned first = byte(0);
  std::size_t size = 0;
  char32_t least = 0;
  if (first < 0x80) {
    code_point = first;
    rest.remove_prefix(1);
    return true;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    size = 2, least = 0x80, code_point = first & 0x1F;
  } else if (first >= 0xE0 && first <= 0xEF) {
    size = 3, least = 0x800, code_point = first & 0x0F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    size = 4, least = 0x10000, code_point = first & 0x07;
  } else {
    return false;
  }
  if (rest.size() < size) return false;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return false;
    code_point = (code_point << 6) | (byte(i) & 0x3F);
  }
  if (code_point < least || code_point > 0x10FFFF) return false;
  if (code_point >= 0xD800 && code_point <= 0xDFFF) return false;
  rest.remove_prefix(size);
  return true;
}

bool is_utf8(std::string_view text) {
  char32_t code_point = 0;
  while (next_code_point(text, code_point)) {
  }
  return text.empty();
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

std::string_view first_code_points(std::string_view text, std::size_t count) {
  std::string_view rest = text;
  char32_t code_point = 0;
  while (count-- > 0 && next_code_point(rest, code_point)) {
  }
  return text.substr(0, text.size() - rest.size());
}

bool is_control(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F) || code_point == 0x2028 ||
         code_point == 0x2029;
}

bool is_invisible(char32_t code_point) { return is_in(kInvisible, code_point); }

bool is_blank(char32_t code_point) { return is_in(kBlank, code_point); }

bool is_message_text(std::string_view text) {
  bool visible = false;
  char32_t code_point = 0;
  while (next_code_point(text, code_point)) {
    if (code_point == '\n' || code_point == '\r' || code_point == '\t') continue;
    if (is_control(code_point) && code_point != 0x2028 && code_point != 0x2029) return false;
    visible |= !is_control(code_point) && !is_blank(code_point) && !is_invisible(code_point);
  }
  return text.empty() && visible;
}

}  // namespace shared
