// The names that people go by.
#include "name.h"

#include <algorithm>
#include <iterator>

#include "shared/text.h"

namespace chat {

using namespace shared;

namespace {

struct Lookalike {
  char32_t code_point;
  char latin;
};

// Sorted by code point. Upper case letters that look Latin only in upper case are here too.
constexpr Lookalike kLookalikes[] = {
    {0x00DF, 'b'}, {0x00E6, 'a'}, {0x00F0, 'd'}, {0x00F8, 'o'},  {0x0111, 'd'}, {0x0127, 'h'},
    {0x0131, 'l'}, {0x0138, 'k'}, {0x0142, 'l'}, {0x014B, 'n'},  {0x0167, 't'}, {0x0192, 'f'},
    {0x01C0, 'l'}, {0x0251, 'a'}, {0x0261, 'g'}, {0x0269, 'l'},  {0x026A, 'l'}, {0x0391, 'a'},
    {0x0392, 'b'}, {0x0395, 'e'}, {0x0396, 'z'}, {0x0397, 'h'},  {0x0399, 'l'}, {0x039A, 'k'},
    {0x039C, 'm'}, {0x039D, 'n'}, {0x039F, 'o'}, {0x03A1, 'p'},  {0x03A4, 't'}, {0x03A5, 'y'},
    {0x03A7, 'x'}, {0x03B1, 'a'}, {0x03B3, 'y'}, {0x03B9, 'l'},  {0x03BA, 'k'}, {0x03BD, 'v'},
    {0x03BF, 'o'}, {0x03C1, 'p'}, {0x03C3, 'o'}, {0x03C4, 't'},  {0x03C5, 'u'}, {0x03C7, 'x'},
    {0x03F2, 'c'}, {0x03F3, 'j'}, {0x0406, 'l'}, {0x0410, 'a'},  {0x0412, 'b'}, {0x0415, 'e'},
    {0x041A, 'k'}, {0x041C, 'm'}, {0x041D, 'h'}, {0x041E, 'o'},  {0x0420, 'p'}, {0x0421, 'c'},
    {0x0422, 't'}, {0x0423, 'y'}, {0x0425, 'x'}, {0x042C, 'b'},  {0x0430, 'a'}, {0x0432, 'b'},
    {0x0435, 'e'}, {0x043A, 'k'}, {0x043C, 'm'}, {0x043D, 'h'},  {0x043E, 'o'}, {0x0440, 'p'},
    {0x0441, 'c'}, {0x0442, 't'}, {0x0443, 'y'}, {0x0445, 'x'},  {0x044C, 'b'}, {0x0450, 'e'},
    {0x0451, 'e'}, {0x0455, 's'}, {0x0456, 'l'}, {0x0457, 'l'},  {0x0458, 'j'}, {0x0475, 'v'},
    {0x04AE, 'y'}, {0x04AF, 'y'}, {0x04BB, 'h'}, {0x04C0, 'l'},  {0x04CF, 'l'}, {0x04D9, 'e'},
    {0x0501, 'd'}, {0x051B, 'q'}, {0x051D, 'w'}, {0x0585, 'o'},  {0x2010, '-'}, {0x2011, '-'},
    {0x2012, '-'}, {0x2013, '-'}, {0x2014, '-'}, {0x2019, '\''}, {0x212A, 'k'}, {0x2160, 'l'},
    {0x2170, 'l'}, {0x217C, 'l'}, {0x2212, '-'},
};

struct Accented {
  char32_t first, last;
  const char* latin; /* one letter for each code point; '.' keeps it */
};

constexpr Accented kAccented[] = {
    {0x00C0, 0x00FF, "aaaaaaaceeeelllldnooooo.ouuuuy.baaaaaaaceeeelllldnooooo.ouuuuy.y"},
    {0x0100, 0x017F,
     "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhllllllllll..jjkkkllllllll"
     "llnnnnnnnnnoooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"},
};

char32_t fold_width_and_style(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFF01 + '!';
  if (c >= 0x1D400 && c <= 0x1D6A3) {
    const char32_t letter = (c - 0x1D400) % 52;
    return letter < 26 ? 'a' + letter : 'a' + letter - 26;
  }
  if (c >= 0x1D7CE && c <= 0x1D7FF) return '0' + (c - 0x1D7CE) % 10;
  if (c >= 0x24B6 && c <= 0x24E9) return 'a' + (c - 0x24B6) % 26;
  return c;
}

char32_t to_lower(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c >= 0x0391 && c <= 0x03A9) return c + 32;
  if (c >= 0x0410 && c <= 0x042F) return c + 32;
  if (c >= 0x0400 && c <= 0x040F) return c + 80;
  return c;
}

char32_t fold(char32_t c) {
  c = fold_width_and_style(c);
  for (const Accented& range : kAccented) {
    if (c < range.first || c > range.last) continue;
    const char latin = range.latin[c - range.first];
    if (latin != '.') return static_cast<unsigned char>(latin);
  }
  const auto* found =
      std::lower_bound(std::begin(kLookalikes), std::end(kLookalikes), c,
                       [](const Lookalike& entry, char32_t cp) { return entry.code_point < cp; });
  if (found != std::end(kLookalikes) && found->code_point == c)
    c = static_cast<unsigned char>(found->latin);
  c = to_lower(c);
  if (c == '0') return 'o';
  if (c == 'i' || c == '1' || c == '|' || c == '!') return 'l';
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6)), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18)), put(0x80 | ((c >> 12) & 0x3F)), put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

}  // namespace

bool is_valid_name(std::string_view name) {
  std::size_t count = 0;
  char32_t code_point = 0;
  std::string_view rest = name;
  while (next_code_point(rest, code_point)) {
    if (is_control(code_point) || ++count > kMaxNameCodePoints) return false;
  }
  return rest.empty() && !skeleton(name).empty();
}

std::string skeleton(std::string_view name) {
  std::string out;
  char32_t code_point = 0;
  while (next_code_point(name, code_point)) {
    if (is_blank(code_point) || is_invisible(code_point) || is_control(code_point)) continue;
    append_utf8(out, fold(code_point));
  }
  return out;
}

bool is_reserved_name(std::string_view name) { return skeleton(name) == skeleton(kServerName); }

}  // namespace chat
