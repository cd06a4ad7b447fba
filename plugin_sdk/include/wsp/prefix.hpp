// wsp/prefix.hpp - Prefixes over wsp.prefix/1: subscribing to families of channels.
#pragma once

#include <string_view>

#include "wsp/extensions.h"
#include "wsp/peer.hpp"

namespace wsp {

// A prefix is a channel name's beginning up to one of its separators . : / and with it: "orders."
// for "orders.1" and "orders.eu.2". Another one is Status::invalid. All calls [any].
class Prefixes {
 public:
  explicit Prefixes(Host host) noexcept
      : host_(&host.raw()), api_(host.extension<wsp_prefix_1>(WSP_PREFIX_1)) {}

  explicit operator bool() const noexcept { return api_ != nullptr; }

  // Like Peer::subscribe for all channels that begin so, also those that do not exist yet. Whoever
  // is subscribed to a channel by name too, or by two prefixes, gets it twice. on_deliver is called
  // for each prefix beside the call for the name.
  Status subscribe(Peer peer, std::string_view prefix) const noexcept {
    if (!api_) return Status::unsupported;
    return Status{api_->subscribe(host_, peer.id(), bytes(prefix))};
  }
  Status unsubscribe(Peer peer, std::string_view prefix) const noexcept {
    if (!api_) return Status::unsupported;
    return Status{api_->unsubscribe(host_, peer.id(), bytes(prefix))};
  }

 private:
  const wsp_host* host_;
  const wsp_prefix_1* api_;
};

}  // namespace wsp
