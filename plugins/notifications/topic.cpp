// Topics and their channels.
#include "topic.h"

#include <algorithm>
#include <stdexcept>
#include <wsp/plugin.hpp>

#include "shared/text.h"

namespace notifications {

using namespace shared;

namespace {

constexpr std::string_view kUserPrefix = "user:";
constexpr std::string_view kStatePrefix = "own:notifications:";
constexpr std::size_t kMaxChannelBytes = 255;

bool is_plain(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '~' || c == '-' || c == '/';
}

// All code points of `text` fit, and it is UTF-8.
template <class Fits>
bool all_of(std::string_view text, Fits fits) {
  char32_t c = 0;
  while (next_code_point(text, c))
    if (!fits(c)) return false;
  return text.empty();
}

}  // namespace

bool is_valid_topic(std::string_view topic) {
  return !topic.empty() && topic.size() <= kMaxTopicBytes && all_of(topic, [](char32_t c) {
    return c < 0x80 ? is_plain(c)
                    : !is_control(c) && !is_blank(c) && !is_invisible(c) && (c & 0xFFFE) != 0xFFFE;
  });
}

TopicList::TopicList(std::string_view option, std::string_view names) {
  constexpr std::string_view kBetween = ", \t";
  while (true) {
    names.remove_prefix(std::min(names.find_first_not_of(kBetween), names.size()));
    if (names.empty()) return;
    const std::string_view word = names.substr(0, names.find_first_of(kBetween));
    names.remove_prefix(word.size());
    const bool is_beginning = word.ends_with('*');
    const std::string_view name = word.substr(0, word.size() - (is_beginning ? 1 : 0));
    if (!is_valid_topic(name))
      throw std::invalid_argument(
          std::string(option) + " must be names of letters, digits and . _ ~ - /, at most 64 " +
          "bytes, maybe with * at the end, not \"" + std::string(word) + "\"");
    auto& list = is_beginning ? beginnings_ : names_;
    if (std::find(list.begin(), list.end(), name) == list.end()) list.emplace_back(name);
  }
}

bool TopicList::has(std::string_view topic) const {
  return std::find(names_.begin(), names_.end(), topic) != names_.end() ||
         std::any_of(beginnings_.begin(), beginnings_.end(),
                     [&](const std::string& beginning) { return topic.starts_with(beginning); });
}

bool is_valid_user(std::string_view user) {
  return !user.empty() && state_channel_of(user).size() <= kMaxChannelBytes &&
         all_of(user, [](char32_t c) { return c < 0x80 || c > 0xA0; });
}

std::string channel_of(std::string_view topic, std::string_view user) {
  return topic == kOwn ? wsp::own_channel(user) : std::string(topic);
}

std::string state_channel_of(std::string_view user) {
  return wsp::own_channel("notifications", user);
}

bool is_state_channel(std::string_view channel) { return channel.starts_with(kStatePrefix); }

std::string_view topic_of(std::string_view channel) {
  return channel.starts_with(kUserPrefix) ? kOwn : channel;
}

}  // namespace notifications
