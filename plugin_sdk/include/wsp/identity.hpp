// wsp/identity.hpp - Identity over wsp.identity/1: what a session may do, and for how long.
#pragma once

#include <string_view>

#include "wsp/extensions.h"
#include "wsp/peer.hpp"

namespace wsp {

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

 private:
  const wsp_host* host_;
  const wsp_identity_1* api_;
};

}  // namespace wsp
