// Patterns of channel names: an exact name, or a beginning with a * behind it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ws::channel {

class ChannelPattern {
 public:
  // Nothing: not a channel's name, or a * elsewhere than at the end. "*" is all of them.
  [[nodiscard]] static std::optional<ChannelPattern> parse(std::string_view text);

  [[nodiscard]] bool matches(std::string_view channel) const noexcept;
  // Of the channels that begin with `prefix`: all match; or some may.
  [[nodiscard]] bool matches_all_under(std::string_view prefix) const noexcept;
  [[nodiscard]] bool matches_some_under(std::string_view prefix) const noexcept;

  bool operator==(const ChannelPattern&) const = default;

 private:
  ChannelPattern(std::string_view text, bool open) : text_(text), open_(open) {}

  std::string text_;  // without the *
  bool open_;         // ended with a *
};

// Several of them; what one matches the list does.
class ChannelPatterns {
 public:
  static constexpr size_t kMost = 128;

  // Separated by blanks or commas; empty: no channel at all. Nothing: one is no pattern, or there
  // are too many.
  [[nodiscard]] static std::optional<ChannelPatterns> parse(std::string_view list);

  [[nodiscard]] bool add(std::string_view pattern);  // false: as above

  [[nodiscard]] bool match(std::string_view channel) const noexcept;
  [[nodiscard]] bool match_all_under(std::string_view prefix) const noexcept;

 private:
  std::vector<ChannelPattern> patterns_;
};

}  // namespace ws::channel
