// Answers in JSON. Numbers of 64 bits are strings, for JavaScript keeps only 53 of them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "channel/bus.h"
#include "publish/call.h"

namespace ws::publish {

[[nodiscard]] std::string error_answer(std::string_view error, std::string_view message);

// One object for one channel; else they are in "messages", in the order of the call.
[[nodiscard]] std::string published_answer(std::span<const std::string> channels,
                                           const channel::Receipt& receipt);

[[nodiscard]] std::string channel_answer(std::string_view channel,
                                         const channel::ChannelFacts& facts,
                                         const std::vector<channel::Member>& members);

// Names without their namespace; those that plugins cannot name are left out. next: where the list
// goes on; empty: that was all.
[[nodiscard]] std::string list_answer(std::span<const channel::ChannelFacts> channels,
                                      std::string_view next);

[[nodiscard]] std::string cleared_answer(std::string_view channel, const channel::Cleared& cleared);

[[nodiscard]] std::string disconnected_answer(std::span<const std::string> users);

}  // namespace ws::publish
