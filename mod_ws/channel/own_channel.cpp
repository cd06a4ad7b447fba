// The channels of users.
#include "channel/own_channel.h"

namespace ws::channel {

namespace {

constexpr std::string_view kTold = "user:";
constexpr std::string_view kKept = "own:";

bool is_plain(unsigned char byte) noexcept { return byte > 0x20 && byte != '%' && byte != 0x7F; }

constexpr char kDigits[] = "0123456789ABCDEF";

bool is_encoded(std::string_view encoded, std::string_view user) noexcept {
  for (const char c : user) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(byte)) {
      if (!encoded.starts_with(c)) return false;
      encoded.remove_prefix(1);
      continue;
    }
    const char hex[] = {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    if (!encoded.starts_with(std::string_view(hex, sizeof hex))) return false;
    encoded.remove_prefix(sizeof hex);
  }
  return encoded.empty() && !user.empty();
}

}  // namespace

std::string own_channel(std::string_view user) {
  std::string name(kTold);
  for (const char c : user) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(byte)) {
      name.push_back(c);
    } else {
      name.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return name;
}

bool is_of_users(std::string_view channel) noexcept {
  return channel.starts_with(kTold) || channel.starts_with(kKept);
}

bool is_told(std::string_view channel) noexcept { return channel.starts_with(kTold); }

bool is_own(std::string_view channel, std::string_view user) noexcept {
  if (channel.starts_with(kTold)) return is_encoded(channel.substr(kTold.size()), user);
  return is_kept_for(channel, user);
}

bool is_anothers(std::string_view channel, std::string_view user) noexcept {
  return is_of_users(channel) && !is_own(channel, user);
}

bool is_kept_for(std::string_view channel, std::string_view user) noexcept {
  if (!channel.starts_with(kKept)) return false;
  const std::size_t colon = channel.find(':', kKept.size());
  return colon != channel.npos && is_encoded(channel.substr(colon + 1), user);
}

}  // namespace ws::channel
