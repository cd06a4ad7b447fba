// Does what a call asks for, on the bus.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "channel/bus.h"
#include "protocol/opcode.h"
#include "publish/call.h"

namespace ws::publish {

// What a call brings beside its path and query. Borrowed.
struct Content {
  protocol::Opcode opcode = protocol::Opcode::text;
  std::string_view body;
  std::string_view key;  // Idempotency-Key; empty: none
};

// Where it is done. Borrowed.
struct Ground {
  channel::Bus& bus;
  std::string_view name_space;
  std::set<std::string_view> locations;  // whose connections a disconnect closes
  uint32_t patience_ms;                  // for what has to be written
};

struct Done {
  std::string json;
  bool is_replay = false;  // of an earlier call's
};

// [worker]
[[nodiscard]] std::variant<Done, Refusal> execute(const Call& call, const Content& content,
                                                  const Ground& ground);

}  // namespace ws::publish
