// Names of channels.
#include "channel/channel_name.h"

#include <algorithm>

#include "protocol/utf8.h"

namespace ws::channel {

bool is_valid_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > kMaxName || !protocol::is_valid_utf8(name)) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if (byte <= 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && static_cast<unsigned char>(name[i + 1]) <= 0xA0) return false;
  }
  return true;
}

FullName::FullName(std::string_view name_space, std::string_view name) noexcept {
  name_space = name_space.substr(0, kMaxNamespace);
  name = name.substr(0, kMaxName);
  char* end = std::copy(name_space.begin(), name_space.end(), bytes_.data());
  *end++ = '\n';
  end = std::copy(name.begin(), name.end(), end);
  size_ = static_cast<size_t>(end - bytes_.data());
}

FullName FullName::of_family(std::string_view name_space, std::string_view prefix) noexcept {
  FullName name(name_space, prefix.substr(0, kMaxName - 1));
  name.bytes_[name.size_++] = kFamilyMark;
  return name;
}

bool is_valid_prefix(std::string_view prefix) noexcept {
  return prefix.size() < kMaxName && is_valid_name(prefix) && is_separator(prefix.back());
}

std::string_view plain_name(std::string_view full_name) noexcept {
  full_name.remove_prefix(full_name.rfind('\n') + 1);
  if (is_family(full_name)) full_name.remove_suffix(1);
  return full_name;
}

}  // namespace ws::channel
