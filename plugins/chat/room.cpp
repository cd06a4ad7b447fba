// Rooms: their names, and the channels that carry them.
#include "room.h"

#include "identity.h"
#include "shared/text.h"

namespace chat {

using namespace shared;

namespace {

bool is_plain(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '~' || c == '-';
}

std::string encode(std::string_view text, bool slashes_too) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(byte) || (c == '/' && !slashes_too)) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

std::string decode(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'A' + 10; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string root_of(std::string_view location, std::string_view realm) {
  return realm.empty() ? encode(location, false) : std::string("=").append(encode(realm, true));
}

}  // namespace

bool is_valid_room(std::string_view room) {
  if (room.empty() || room.size() > kMaxRoomBytes || room == "." || room == "..") return false;
  char32_t c = 0;
  while (next_code_point(room, c)) {
    if (c < 0x80 ? !is_plain(static_cast<unsigned char>(c))
                 : is_control(c) || is_blank(c) || is_invisible(c) || (c & 0xFFFE) == 0xFFFE)
      return false;
  }
  return room.empty();
}

std::optional<std::string> room_of_path(std::string_view path, std::string_view location,
                                        std::string_view otherwise) {
  while (location.ends_with('/')) location.remove_suffix(1);
  if (location.empty() || !path.starts_with(location)) return std::string(otherwise);
  path.remove_prefix(location.size());
  if (path.empty()) return std::string(otherwise);
  if (path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  if (path.empty()) return std::string(otherwise);
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (!is_valid_room(path)) return std::nullopt;
  return std::string(path);
}

Channels::Channels(std::string_view location, std::string_view realm)
    : prefix_("chat:" + root_of(location, realm) + ":") {}

bool Channels::root_fits(std::string_view location, std::string_view realm) {
  return root_of(location, realm).size() <= kMaxRootBytes;
}

std::string Channels::of_room(ChannelKind kind, std::string_view room) const {
  return prefix_ + static_cast<char>(kind) + ":" + encode(room, true);
}

std::string Channels::of_member(std::string_view member_id) const {
  return prefix_ + static_cast<char>(ChannelKind::member) + ":" + digest(member_id);
}

ChannelKind Channels::kind_of(std::string_view channel) const {
  return static_cast<ChannelKind>(channel[prefix_.size()]);
}

std::string Channels::room_of(std::string_view channel) const {
  return decode(channel.substr(prefix_.size() + 2));
}

}  // namespace chat
