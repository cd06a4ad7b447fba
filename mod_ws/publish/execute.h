// Does what a call asks for, on the bus.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
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
  // What is kept of a channel when the call does not say it. May be empty.
  std::function<std::optional<channel::Keep>(std::string_view)> kept_by_rule = {};
};

struct Done {
  std::string json;
  bool is_replay = false;  // of an earlier call's
};

// [worker]
[[nodiscard]] std::variant<Done, Refusal> execute(const Call& call, const Content& content,
                                                  const Ground& ground);

}  // namespace ws::publish
