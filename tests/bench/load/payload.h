// What the messages say: ASCII text, the same in every run.
#pragma once

#include <string>
#include <string_view>

namespace bench {

inline std::string text_payload(size_t size) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789 ,.\"";
  std::string text(size, ' ');
  for (size_t i = 0; i < size; ++i) text[i] = kAlphabet[(i * 7 + i / 13) % kAlphabet.size()];
  return text;
}

}  // namespace bench
