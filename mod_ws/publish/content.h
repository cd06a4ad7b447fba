// What the body of a request is, as its headers say.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "protocol/opcode.h"
#include "publish/call.h"

namespace ws::publish {

// Content-Type and Content-Encoding; empty: none. JSON and text become text messages, octets
// binary ones. Types that a form of a foreign page could send are refused.
[[nodiscard]] std::variant<protocol::Opcode, Refusal> opcode_of(std::string_view type,
                                                                std::string_view encoding);

// Whether clients will take it: text must be UTF-8 (RFC 6455, section 8.1).
[[nodiscard]] std::optional<Refusal> check_body(protocol::Opcode opcode, std::string_view body);

// How to close a user's connections: {"code":4403,"reason":"..."}, both optional, or nothing.
struct Farewell {
  uint16_t code = 4403;
  std::string reason = "signed out";
};
[[nodiscard]] std::variant<Farewell, Refusal> parse_farewell(std::string_view body);

}  // namespace ws::publish
