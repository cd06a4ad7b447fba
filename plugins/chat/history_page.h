// What a client missed, or the newest of a channel, as one page of JSON.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <wsp/plugin.hpp>

#include "client_message.h"

namespace chat {

// A page is no larger, so that it fits the output queue; the newest are on it.
constexpr std::size_t kMaxPageBytes = 256 * 1024;

struct HistoryPage {
  std::string messages;         // a JSON array, oldest first
  wsp::Position position = {};  // of the channel's newest
  // Set when the client said where it stopped. True: the page is all that it missed, exactly.
  std::optional<bool> recovered = {};
};

// Called on the session's own thread; the page is nullptr when the server could not read it.
using PageCallback = std::function<void(const HistoryPage*)>;

enum class Reading { and_subscribe, only };

// Asks for what came after `since`; without it, or when that can't be had, for the newest `limit`.
// As History::subscribe and History::read of the SDK: not ok means that `done` is never called.
[[nodiscard]] wsp::Status ask_for_page(const wsp::History& history, wsp::Peer peer,
                                       const std::string& channel, Reading reading,
                                       const std::optional<Since>& since, std::uint32_t limit,
                                       PageCallback done);

}  // namespace chat
