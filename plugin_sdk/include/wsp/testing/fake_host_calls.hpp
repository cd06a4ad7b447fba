// wsp/testing/fake_host_calls.hpp - the part of FakeHost that a plugin calls: wsp_host. Included by
// fake_host.hpp.
#pragma once

#include "wsp/testing/fake_host.hpp"

namespace wsp::testing {

inline void FakeHost::fill_host() {
  host_.struct_size = sizeof host_;
  host_.abi_minor = WSP_ABI_MINOR;
  host_.impl = this;
  host_.log = [](const wsp_host* h, wsp_log_level level, wsp_bytes text) {
    FakeHost& f = of(h);
    const std::lock_guard lock(f.mutex_);
    f.log_.push_back({level, std::string(view(text))});
  };
  host_.send = [](const wsp_host* h, wsp_session s, wsp_opcode op, wsp_bytes payload) {
    return of(h).send(s, op, view(payload));
  };
  host_.close = [](const wsp_host* h, wsp_session s, uint16_t code, wsp_bytes reason) {
    return of(h).close(s, code, view(reason));
  };
  host_.subscribe = [](const wsp_host* h, wsp_session s, wsp_bytes channel) {
    return of(h).subscription(s, view(channel), true);
  };
  host_.unsubscribe = [](const wsp_host* h, wsp_session s, wsp_bytes channel) {
    return of(h).subscription(s, view(channel), false);
  };
  host_.publish = [](const wsp_host* h, wsp_bytes channel, wsp_opcode op, wsp_bytes payload,
                     wsp_session except) {
    return of(h).publish(view(channel), op, view(payload), except, nullptr);
  };
  host_.get_extension = [](const wsp_host* h, const char* id) { return of(h).extension(id); };
  host_.pause_input = [](const wsp_host* h, wsp_session s) { return of(h).pause(s, true); };
  host_.resume_input = [](const wsp_host* h, wsp_session s) { return of(h).pause(s, false); };
  host_.queued_bytes = [](const wsp_host* h, wsp_session s, size_t* n) {
    return of(h).queued(s, n);
  };
}

inline wsp_status FakeHost::invalid(const std::string& why) {
  complain(why);
  return WSP_E_INVALID;
}

inline bool FakeHost::usable() {
  if (life_ == Life::creating || life_ == Life::created) return true;
  complain("a call of the host before create() or after destroy()");
  return false;
}

inline bool FakeHost::alive(wsp_session s) {
  const std::lock_guard lock(mutex_);
  if (alive_.contains(s)) return true;
  ++stale_calls_;
  return false;
}

inline FakeClient* FakeHost::find(wsp_session s) const {
  const auto found = by_id_.find(s);
  return found == by_id_.end() ? nullptr : found->second;
}

inline wsp_status FakeHost::send(wsp_session s, wsp_opcode opcode, std::string_view payload) {
  if (!detail::is_opcode(opcode)) return invalid("send: an unknown opcode");
  if (detail::plain(opcode) == WSP_TEXT && !is_utf8(payload))
    return invalid("send: text that is not UTF-8");
  if (!usable() || !alive(s)) return WSP_E_GONE;
  Frame frame = detail::frame_of(opcode, payload, is_own_thread() && keeps_plain_);
  if (is_own_thread()) return queue(*find(s), frame);
  soon([this, s, frame = std::move(frame)] {
    FakeClient* client = find(s);
    if (client && client->is_open()) queue(*client, frame);
  });
  return WSP_OK;
}

inline wsp_status FakeHost::close(wsp_session s, uint16_t code, std::string_view reason) {
  if (!is_close_code(code)) return invalid("close: code " + std::to_string(code));
  if (!usable()) return WSP_E_GONE;
  if (is_own_thread()) {
    FakeClient* client = find(s);
    if (client && client->phase_ == FakeClient::Phase::closing) return WSP_OK;
  }
  if (!alive(s)) return WSP_E_GONE;
  const auto start = [this, s, code, text = close_reason(reason)] {
    FakeClient* client = find(s);
    if (!client || !client->is_open()) return;
    client->phase_ = FakeClient::Phase::closing;
    client->close_code_ = code;
    client->close_reason_ = text;
    {
      const std::lock_guard lock(mutex_);
      alive_.erase(s);
    }
    soon([this, s, code, text] {
      FakeClient* closing = find(s);
      if (closing && closing->answers_close_) end(*closing, code, text);
    });
  };
  if (is_own_thread()) {
    start();
  } else {
    soon(start);
  }
  return WSP_OK;
}

inline wsp_status FakeHost::subscription(wsp_session s, std::string_view channel, bool on) {
  if (!is_channel_name(channel)) return invalid("subscribe: no channel name");
  if (!usable() || !alive(s)) return WSP_E_GONE;
  if (on && is_own_thread() && !may_hear(*find(s), channel)) return WSP_E_DENIED;
  const auto change = [this, s, on, name = std::string(channel)] {
    const FakeClient* client = find(s);
    if (!client || (on && !may_hear(*client, name))) return;
    if (on) {
      channels_.subscribe(name, s);
    } else {
      channels_.unsubscribe(name, s);
    }
  };
  if (is_own_thread()) {
    change();
  } else {
    soon(change);
  }
  return WSP_OK;
}

inline wsp_status FakeHost::publish(std::string_view channel, wsp_opcode opcode,
                                    std::string_view payload, wsp_session except,
                                    const wsp_publish_options* keep) {
  if (!is_channel_name(channel)) return invalid("publish: no channel name");
  if (!detail::is_opcode(opcode)) return invalid("publish: an unknown opcode");
  if (detail::plain(opcode) == WSP_TEXT && !is_utf8(payload))
    return invalid("publish: text that is not UTF-8");
  if (!usable()) return WSP_E_GONE;
  if (const FakeClient* actor = is_own_thread() ? find(acting_) : nullptr)
    if (!may_speak(*actor, channel)) return WSP_E_DENIED;
  const auto put = [this, except, name = std::string(channel),
                    frame = detail::frame_of(opcode, payload, is_own_thread() && keeps_plain_),
                    kept = keep != nullptr, options = keep ? *keep : wsp_publish_options{}] {
    const auto message = channels_.publish(name, frame, except, now_ms_, kept ? &options : nullptr);
    soon([this, message] { fan_out(message); });
  };
  if (is_own_thread()) {
    put();
  } else {
    soon(put);
  }
  return WSP_OK;
}

inline wsp_status FakeHost::pause(wsp_session s, bool on) {
  if (!usable() || !alive(s)) return WSP_E_GONE;
  const auto change = [this, s, on] {
    FakeClient* client = find(s);
    if (!client) return;
    client->paused_ = on;
    if (on) return;
    soon([this, s] {
      for (FakeClient* c = find(s); c && c->is_open() && !c->paused_ && !c->input_.empty();
           c = find(s)) {
        const Frame frame = std::move(c->input_.front());
        c->input_.pop_front();
        deliver(*c, frame);
      }
    });
  };
  if (is_own_thread()) {
    change();
  } else {
    soon(change);
  }
  return WSP_OK;
}

inline wsp_status FakeHost::queued(wsp_session s, size_t* bytes) {
  if (!is_own_thread()) return invalid("queued_bytes: not on the session's own thread");
  if (!usable() || !alive(s)) return WSP_E_GONE;
  *bytes = find(s)->queued_bytes_;
  return WSP_OK;
}

}  // namespace wsp::testing
