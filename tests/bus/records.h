// What driver and workers say to each other: lines of words, many in one record of a socket.
#pragma once

#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

namespace ws::channel::test {

inline constexpr size_t kMaxRecord = 60'000;

// "word 1 2"
template <class... Parts>
std::string line(const Parts&... parts) {
  std::ostringstream out;
  const char* space = "";
  ((out << space << parts, space = " "), ...);
  out << '\n';
  return out.str();
}

// Calls f(words) for each line.
template <class F>
void for_each_line(std::string_view record, F f) {
  while (!record.empty()) {
    const size_t end = record.find('\n');
    std::istringstream words{std::string(record.substr(0, end))};
    f(words);
    record.remove_prefix(end == std::string_view::npos ? record.size() : end + 1);
  }
}

template <class Value>
Value next(std::istringstream& words) {
  Value value{};
  words >> value;
  return value;
}

// A message that names itself and is as long as asked.
inline std::string payload_of(uint64_t id, size_t size) {
  std::string payload = std::to_string(id) + ':';
  while (payload.size() < size) payload += static_cast<char>('a' + (id + payload.size()) % 26);
  return payload;
}

// 0: it is not what payload_of() made.
inline uint64_t id_of(std::string_view payload) {
  const uint64_t id = std::strtoull(std::string(payload.substr(0, 20)).c_str(), nullptr, 10);
  return payload == payload_of(id, payload.size()) ? id : 0;
}

}  // namespace ws::channel::test
