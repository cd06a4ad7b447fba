// wsp/presence.hpp - Presence over wsp.presence/1: who is in a channel. Who joins and who leaves
// is told to Plugin::on_presence.
#pragma once

#include <cstdint>
#include <exception>
#include <string_view>
#include <type_traits>

#include "wsp/extensions.h"
#include "wsp/peer.hpp"

namespace wsp {

// All sessions that entered a channel under one key. Borrowed: valid until the callback returns.
class Member {
 public:
  explicit Member(const wsp_member& m) noexcept : m_(m) {}
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  std::string_view key() const noexcept { return view(m_.key); }
  std::string_view info() const noexcept { return view(m_.info); }  // of the last that entered
  uint32_t session_count() const noexcept { return m_.session_count; }

 private:
  const wsp_member& m_;
};

// How many are in a channel.
struct MemberCount {
  uint64_t members = 0;
  uint64_t sessions = 0;  // of those members
};

class Presence {
 public:
  explicit Presence(Host host) noexcept
      : host_(&host.raw()), api_(host.extension<wsp_presence_1>(WSP_PRESENCE_1)) {}

  explicit operator bool() const noexcept { return api_ != nullptr; }

  // A second call changes info only (key must be the same). The session leaves by itself when it
  // ends. key: 1 to 255 bytes. Unlike a subscription: enter() does not deliver messages.
  Status enter(Peer peer, std::string_view channel, std::string_view key,
               std::string_view info = {}) const noexcept {
    if (!api_) return Status::unsupported;
    return Status{api_->enter(host_, peer.id(), bytes(channel), bytes(key), bytes(info))};
  }
  Status leave(Peer peer, std::string_view channel) const noexcept {
    if (!api_) return Status::unsupported;
    return Status{api_->leave(host_, peer.id(), bytes(channel))};
  }

  // Calls fn(const Member&) for each member, in the order of their keys, before it returns.
  // An exception of fn comes out of here.
  template <class F>
  Status list(std::string_view channel, F&& fn) const {
    if (!api_) return Status::unsupported;
    struct Call {
      std::remove_reference_t<F>& fn;
      std::exception_ptr thrown;
    } call{fn, nullptr};
    const auto each = [](void* arg, const wsp_member* member) noexcept {
      auto& c = *static_cast<Call*>(arg);
      if (c.thrown) return;
      try {
        c.fn(Member(*member));
      } catch (...) {
        c.thrown = std::current_exception();
      }
    };
    const Status status{api_->list(host_, bytes(channel), each, &call)};
    if (call.thrown) std::rethrow_exception(call.thrown);
    return status;
  }

  // How many there are, without a call for each: for rooms that are too big to list. A host of ABI
  // 1.0 can't: unsupported, and `count` stays as it was.
  Status count(std::string_view channel, MemberCount& count) const noexcept {
    if (!detail::has(api_, &wsp_presence_1::count)) return Status::unsupported;
    return Status{api_->count(host_, bytes(channel), &count.members, &count.sessions)};
  }

  const wsp_presence_1* raw() const noexcept { return api_; }

 private:
  const wsp_host* host_;
  const wsp_presence_1* api_;
};

}  // namespace wsp
