// Topics: their names, which of them a Location offers, and the channels that carry what is told.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace notifications {

constexpr std::size_t kMaxTopicBytes = 64;

// 1..64 bytes of UTF-8: letters, digits and . _ ~ - / of ASCII, and whatever can be seen beyond
// ASCII. A topic's channel has the topic's name: it holds no ':', as all channels of other kinds
// do.
[[nodiscard]] bool is_valid_topic(std::string_view topic);

// Names with blanks or commas between; "NAME*" stands for all that begin so.
class TopicList {
 public:
  TopicList() = default;
  // Throws std::invalid_argument with a sentence that begins with `option`.
  TopicList(std::string_view option, std::string_view names);

  [[nodiscard]] bool has(std::string_view topic) const;
  [[nodiscard]] bool empty() const { return names_.empty() && beginnings_.empty(); }
  // Those without a '*', as configured.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::vector<std::string>& beginnings() const { return beginnings_; }

 private:
  std::vector<std::string> names_;
  std::vector<std::string> beginnings_;
};

// The user's own notifications are the topic "", to keep one kind of name.
constexpr std::string_view kOwn;

// False for what has no channel: too long a name, or with controls beyond ASCII.
[[nodiscard]] bool is_valid_user(std::string_view user);
// The channel of a topic, or of the user's own notifications.
[[nodiscard]] std::string channel_of(std::string_view topic, std::string_view user);
// The channel that keeps what the user has read and follows.
[[nodiscard]] std::string state_channel_of(std::string_view user);

[[nodiscard]] bool is_state_channel(std::string_view channel);
// The reverse of channel_of(): "" for any user's own channel.
[[nodiscard]] std::string_view topic_of(std::string_view channel);

}  // namespace notifications
