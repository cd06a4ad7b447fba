// Patterns of channel names.
#include "channel/channel_pattern.h"

#include <algorithm>

#include "channel/channel_name.h"

namespace ws::channel {

std::optional<ChannelPattern> ChannelPattern::parse(std::string_view text) {
  const bool open = text.ends_with('*');
  if (open) text.remove_suffix(1);
  if (text.find('*') != text.npos) return std::nullopt;
  if (!(open && text.empty()) && !is_valid_name(text)) return std::nullopt;
  return ChannelPattern(text, open);
}

bool ChannelPattern::matches(std::string_view channel) const noexcept {
  return open_ ? channel.starts_with(text_) : channel == text_;
}

bool ChannelPattern::matches_all_under(std::string_view prefix) const noexcept {
  return open_ && prefix.starts_with(text_);
}

bool ChannelPattern::matches_some_under(std::string_view prefix) const noexcept {
  return matches_all_under(prefix) || std::string_view(text_).starts_with(prefix);
}

std::optional<ChannelPatterns> ChannelPatterns::parse(std::string_view list) {
  constexpr std::string_view kBetween = " \t,";
  ChannelPatterns patterns;
  for (size_t begin = 0; (begin = list.find_first_not_of(kBetween, begin)) != list.npos;) {
    const size_t end = std::min(list.find_first_of(kBetween, begin), list.size());
    if (!patterns.add(list.substr(begin, end - begin))) return std::nullopt;
    begin = end;
  }
  return patterns;
}

bool ChannelPatterns::add(std::string_view pattern) {
  auto parsed = ChannelPattern::parse(pattern);
  if (!parsed || patterns_.size() == kMost) return false;
  patterns_.push_back(std::move(*parsed));
  return true;
}

bool ChannelPatterns::match(std::string_view channel) const noexcept {
  return std::ranges::any_of(patterns_, [&](const auto& p) { return p.matches(channel); });
}

bool ChannelPatterns::match_all_under(std::string_view prefix) const noexcept {
  return std::ranges::any_of(patterns_, [&](const auto& p) { return p.matches_all_under(prefix); });
}

}  // namespace ws::channel
