// wsp/users.hpp - Users over wsp.users/1: all sessions of a user at once, in all processes.
#pragma once

#include <cstdint>
#include <string_view>

#include "wsp/extensions.h"
#include "wsp/peer.hpp"

namespace wsp {

// A user as Request::user() names it. An empty one is Status::invalid. Reached are
// the user's sessions with this plugin's Location; that there is none is no failure. All calls
// [any].
class Users {
 public:
  explicit Users(Host host) noexcept
      : host_(&host.raw()), api_(host.extension<wsp_users_1>(WSP_USERS_1)) {}

  explicit operator bool() const noexcept { return api_ != nullptr; }

  // All messages to one user arrive in one order. on_deliver does not see them; none is kept.
  Status send(std::string_view user, std::string_view payload,
              Opcode opcode = Opcode::text) const noexcept {
    if (!api_) return Status::unsupported;
    return Status{
        api_->send(host_, bytes(user), detail::opcode_for(*host_, opcode), bytes(payload))};
  }

  // Peer::close for each of them.
  Status disconnect(std::string_view user, CloseCode code = CloseCode::normal,
                    std::string_view reason = {}) const noexcept {
    if (!api_) return Status::unsupported;
    return Status{api_->disconnect(host_, bytes(user), static_cast<uint16_t>(code), bytes(reason))};
  }

 private:
  const wsp_host* host_;
  const wsp_users_1* api_;
};

}  // namespace wsp
