// What an Event::Kind::control says: close all who are subscribed to the channel.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ws::channel {

// As the payload of a Close frame: the code in two bytes, then the reason (RFC 6455,
// section 5.5.1).
[[nodiscard]] inline std::string encode_close(uint16_t code, std::string_view reason) {
  std::string order;
  order.push_back(static_cast<char>(code >> 8));
  order.push_back(static_cast<char>(code & 0xFF));
  return order.append(reason);
}

// False: it is none. `reason` points into the order.
[[nodiscard]] inline bool decode_close(std::string_view order, uint16_t& code,
                                       std::string_view& reason) noexcept {
  if (order.size() < 2) return false;
  code = static_cast<uint16_t>(static_cast<unsigned char>(order[0]) << 8 |
                               static_cast<unsigned char>(order[1]));
  reason = order.substr(2);
  return true;
}

}  // namespace ws::channel
