// What WebSocketPluginOption may say of the notifications.
#include "options.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace notifications {
namespace {

constexpr std::chrono::milliseconds kDefaultKeepAge = std::chrono::hours(720);

template <class Number>
Number number(const wsp::Config& config, const char* name, int64_t otherwise, int64_t least,
              int64_t most) {
  return static_cast<Number>(config.get_number(name, otherwise, least, most));
}

TopicList topics_of(const wsp::Config& config, const char* name) {
  TopicList list(name, config.get(name));
  if (config.has(name) && list.empty())
    throw std::invalid_argument(std::string(name) + " must name a topic");
  return list;
}

std::vector<std::string> followed_of(const wsp::Config& config, const TopicList& topics,
                                     const TopicList& user_topics) {
  if (config.get("follow") == "none") return {};
  if (!config.has("follow")) {
    std::vector<std::string> all = topics.names();
    for (const std::string& name : user_topics.names())
      if (!topics.has(name)) all.push_back(name);
    return all;
  }
  const TopicList list = topics_of(config, "follow");
  if (!list.beginnings().empty())
    throw std::invalid_argument("follow must be whole names, not \"" + list.beginnings().front() +
                                "*\"");
  for (const std::string& name : list.names())
    if (!topics.has(name) && !user_topics.has(name))
      throw std::invalid_argument("follow names \"" + name +
                                  "\", which is neither in topics nor in user-topics");
  return list.names();
}

}  // namespace

Options::Options(const wsp::Config& config)
    : topics(topics_of(config, "topics")),
      user_topics(topics_of(config, "user-topics")),
      followed(followed_of(config, topics, user_topics)),
      guests(config.get_flag("guests", true)),
      keep(number<std::uint32_t>(config, "keep", 100, 1, 1000)),
      keep_age(config.get_duration_ms("keep-age", kDefaultKeepAge, std::chrono::seconds(1),
                                      std::chrono::hours(8784))),
      backlog(number<std::size_t>(config, "backlog", 50, 0, 1000)),
      max_topics(number<std::size_t>(config, "max-topics", 32, 0, 100)),
      max_length(number<std::size_t>(config, "max-length", 2000, 1, 10000)),
      rate(number<double>(config, "rate", 5, 1, 1000)),
      burst(number<double>(config, "burst", 20, 1, 10000)),
      max_errors(number<double>(config, "max-errors", 10, 1, 1000)) {
  if (followed.size() > max_topics)
    throw std::invalid_argument("max-topics is less than the " + std::to_string(followed.size()) +
                                " topics that are followed from the beginning: see follow");
}

}  // namespace notifications
