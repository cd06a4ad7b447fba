// wsp/identity.hpp - Identity over wsp.identity/1: what a session may do, and for how long.
#pragma once

#include <string>
#include <string_view>

#include "wsp/extensions.h"
#include "wsp/peer.hpp"

namespace wsp {

namespace detail {

// As it stands in the name of a user's channel: what no channel's name may hold (blanks, control
// characters) and '%' percent-encoded.
inline std::string encoded_user(std::string_view user) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : user) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != '%' && byte != 0x7F) {
      out.push_back(c);
    } else {
      out.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return out;
}

}  // namespace detail

// "user:NAME": where the site tells this user something. Sessions of NAME alone may hear it, and
// always may, whatever rules and sign-ins say.
inline std::string own_channel(std::string_view user) {
  return "user:" + detail::encoded_user(user);
}

// "own:PLUGIN:NAME": where a plugin keeps something for this user. As above, also for publishing.
inline std::string own_channel(std::string_view plugin, std::string_view user) {
  return std::string("own:").append(plugin).append(":").append(detail::encoded_user(user));
}

// The host enforces by itself what may_...() tells: subscribe and publish give the same answer. All
// calls only on the session's own thread.
class Identity {
 public:
  explicit Identity(Host host) noexcept
      : host_(&host.raw()), api_(host.extension<wsp_identity_1>(WSP_IDENTITY_1)) {}

  explicit operator bool() const noexcept { return api_ != nullptr; }

  // ok or denied.
  Status may_subscribe(Peer peer, std::string_view channel) const noexcept {
    if (!api_) return Status::unsupported;
    return Status{api_->may_subscribe(host_, peer.id(), bytes(channel))};
  }
  Status may_publish(Peer peer, std::string_view channel) const noexcept {
    if (!api_) return Status::unsupported;
    return Status{api_->may_publish(host_, peer.id(), bytes(channel))};
  }

  // A newer token of the same user that ends no sooner: the session lives on until then. denied: no
  // good token, or another user's; nothing changed. unsupported: no WebSocketToken here.
  Status renew(Peer peer, std::string_view token) const noexcept {
    if (!api_) return Status::unsupported;
    return Status{api_->renew(host_, peer.id(), bytes(token))};
  }

  // You have found out who a guest is: the session is that user's from now on. denied: it has a
  // user already. invalid: that is no user's name. Since ABI 1.3; before that: unsupported.
  Status sign_in(Peer peer, std::string_view user) const noexcept {
    if (!detail::has(api_, &wsp_identity_1::sign_in)) return Status::unsupported;
    return Status{api_->sign_in(host_, peer.id(), bytes(user))};
  }

 private:
  const wsp_host* host_;
  const wsp_identity_1* api_;
};

}  // namespace wsp
