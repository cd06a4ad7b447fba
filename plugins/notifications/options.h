// What WebSocketPluginOption may say of the notifications, and what it then is.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>
#include <wsp/plugin.hpp>

#include "topic.h"

namespace notifications {

constexpr wsp::Option kOptionTable[] = {
    {"topics", "NAMES",
     "Topics that everybody may follow, with blanks between; NAME* is all that begin so."},
    {"user-topics", "NAMES", "Topics that only users may follow, guests not; written alike."},
    {"follow", "NAMES|none",
     "Topics followed by whoever said nothing; default all in these two without a *."},
    {"guests", "on|off", "off: only users, guests are refused with 403; default on."},
    {"keep", "1-1000",
     "Newest notifications of a channel that count and are delivered later; default 100."},
    {"keep-age", "1s-8784h", "None is delivered later than this; default 720h."},
    {"backlog", "0-1000", "Kept notifications sent to a client that comes; default 50."},
    {"max-topics", "0-100", "Topics followed at once; default 32."},
    {"max-length", "1-10000", "Characters in the text of a notification; default 2000."},
    {"rate", "1-1000", "Messages a second from each connection; default 5."},
    {"burst", "1-10000", "Messages at once before the rate counts; default 20."},
    {"max-errors", "1-1000", "Errors in a row before the connection is closed; default 10."},
};

struct Options {
  // Throws std::invalid_argument with a sentence for the administrator.
  explicit Options(const wsp::Config& config);

  // Whether the Location lets this kind of visitor follow it; what the server says comes on top.
  [[nodiscard]] bool offers(std::string_view topic, bool to_guest) const {
    return topics.has(topic) || (!to_guest && user_topics.has(topic));
  }

  TopicList topics;
  TopicList user_topics;
  std::vector<std::string> followed;  // by whoever said nothing
  bool guests;
  std::uint32_t keep;
  std::chrono::milliseconds keep_age;
  std::size_t backlog;
  std::size_t max_topics;
  std::size_t max_length;  // in code points
  double rate;
  double burst;
  double max_errors;
};

}  // namespace notifications
