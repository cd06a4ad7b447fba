// Takes the bytes of a fuzz input apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace ws::fuzz {

// A finding: the fuzzer keeps the input.
inline void require(bool held, const char* rule) {
  if (held) return;
  std::fprintf(stderr, "broken: %s\n", rule);
  std::abort();
}

// Reads from the front; gives zeros and less at the end.
class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }

  std::string_view bytes(size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest() { return bytes(rest_.size()); }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// Places to cut `size` bytes at, ascending: one for each byte of `choice`, near the front or
// anywhere.
inline std::vector<size_t> cuts(std::string_view choice, size_t size) {
  std::vector<size_t> places;
  for (const char c : choice) {
    const size_t value = static_cast<unsigned char>(c);
    const size_t place = value < 128 ? value : (value - 128) * size / 127;
    places.push_back(std::min(place, size));
  }
  std::sort(places.begin(), places.end());
  return places;
}

}  // namespace ws::fuzz
