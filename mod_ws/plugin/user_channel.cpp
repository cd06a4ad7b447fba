// The channel of a user.
#include "plugin/user_channel.h"

#include <openssl/evp.h>

#include <array>

#include "channel/channel_name.h"

namespace ws::plugin {

namespace {

// Neither a channel's name nor a location holds it.
constexpr char kMark = '\r';

// Names of users have no bound (a certificate's subject, say), those of channels have one.
std::string shortened(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string hex(1, kMark);
  for (unsigned i = 0; i < size; ++i) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex.push_back(kDigits[digest[i] >> 4]);
    hex.push_back(kDigits[digest[i] & 15]);
  }
  return hex;
}

}  // namespace

std::string user_channel(std::string_view name_space, std::string_view location,
                         std::string_view user) {
  std::string name(location);
  name.push_back(kMark);
  name.append(user);
  // Nor may it look like a family's.
  if (name.size() >= channel::kMaxName || channel::is_family(name)) name = shortened(name);
  name.insert(name.begin(), kMark);
  return std::string(name_space.substr(0, channel::kMaxNamespace)).append(1, '\n').append(name);
}

bool is_user_channel(std::string_view full_name) noexcept {
  const size_t name = full_name.find('\n') + 1;
  return name < full_name.size() && full_name[name] == kMark;
}

}  // namespace ws::plugin
