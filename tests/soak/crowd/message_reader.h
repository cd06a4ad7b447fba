// Cuts what a server sends into messages. It trusts the server not to fragment them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace soak {

struct Message {
  uint8_t opcode = 0;
  bool is_compressed = false;
  std::string_view payload;  // valid until the next call
};

enum class Reading : uint8_t { kIncomplete, kMessage, kBroken };

class MessageReader {
 public:
  void add(std::string_view bytes) { bytes_ += bytes; }
  // The next whole message.
  [[nodiscard]] Reading next(Message& message);
  // Gives back the memory of what was read. Messages end here.
  void tidy();

 private:
  std::string bytes_;
  size_t taken_ = 0;
};

}  // namespace soak
