// What happens in a channel, as a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "channel/bus.h"

namespace ws::ctl {

enum class Style : uint8_t {
  raw,       // payloads as they are
  terminal,  // made printable
  json,
};

// With its line feed. Empty: it says nothing to people.
[[nodiscard]] std::string event_line(const channel::Event& event, Style style);

// So much is lost in a channel, up to the position.
[[nodiscard]] std::string gap_line(std::string_view channel, const channel::Position& position,
                                   Style style);

}  // namespace ws::ctl
