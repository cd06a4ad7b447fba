// What WebSocketPluginOption may say of the chat, and what it then is.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <wsp/plugin.hpp>

namespace chat {

constexpr wsp::Option kOptionTable[] = {
    {"realm", "NAME", "Locations of one realm share rooms; default: each has its own."},
    {"room", "NAME", "The room of those who name none; default lobby."},
    {"join", "any|path", "path: nobody enters another room than the one in the address."},
    {"history", "0-1000", "Messages kept for each room; default 100."},
    {"history-age", "1s-1000h", "None kept longer than this; default 24h."},
    {"max-length", "1-10000", "Characters in one message; default 2000."},
    {"rate", "1-1000", "Messages a second for each connection; default 5."},
    {"burst", "1-10000", "Messages at once before the rate counts; default 20."},
    {"max-errors", "1-1000", "Errors in a row before the connection is closed; default 10."},
    {"max-rooms", "1-100", "Rooms at once for each connection; default 8."},
    {"announce", "0-10000",
     "Members of a room up to whom all hear who comes and goes; default 500."},
    {"guests", "on|off", "off: only users whom httpd authenticated; default on."},
    {"simple", "on|off", "off: only clients of the subprotocol chat.v1; default on."},
    {"typing", "on|off", "Who is typing; default on."},
    {"private", "on|off", "Private messages; default on."},
};

struct Options {
  // Throws std::invalid_argument with a sentence for the administrator.
  explicit Options(const wsp::Config& config);

  std::string location;
  std::string realm;  // empty: the location's own
  std::string room;
  bool join_any;
  std::uint32_t history;
  std::chrono::milliseconds history_age;
  std::size_t max_length;  // in code points
  double rate;
  double burst;
  double max_errors;
  std::size_t max_rooms;
  std::uint64_t announce;
  bool guests;
  bool simple;
  bool typing;
  bool private_messages;

  // The largest frame worth a look: every character of a message as two \uXXXX.
  [[nodiscard]] std::size_t max_frame_bytes() const { return max_length * 12 + 4096; }
};

}  // namespace chat
