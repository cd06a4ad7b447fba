// What a message is, for those who send it.
#pragma once

#include "protocol/opcode.h"

namespace ws::protocol {

struct MessageType {
  Opcode opcode = Opcode::text;  // or binary
  bool may_compress = true;      // false: it holds a secret beside what others may have chosen

  constexpr MessageType() noexcept = default;
  constexpr MessageType(Opcode its_opcode, bool may = true) noexcept
      : opcode(its_opcode), may_compress(may) {}
  bool operator==(const MessageType&) const = default;
};

}  // namespace ws::protocol
