// wsp/testing/fake_host_extensions.hpp - the part of FakeHost that a plugin calls: the tables of
// the extensions. Included by fake_host.hpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "wsp/identity.hpp"
#include "wsp/testing/fake_host.hpp"

namespace wsp::testing {

inline void FakeHost::fill_extensions() {
  timer_table_.struct_size = sizeof timer_table_;
  timer_table_.start = [](const wsp_host* h, wsp_session s, uint32_t delay_ms, uint32_t repeat_ms,
                          wsp_timer_fn fn, void* arg, wsp_timer* timer) {
    return of(h).start_timer(s, delay_ms, repeat_ms, fn, arg, timer);
  };
  timer_table_.stop = [](const wsp_host* h, wsp_timer timer) { return of(h).stop_timer(timer); };

  work_table_.struct_size = sizeof work_table_;
  work_table_.submit = [](const wsp_host* h, wsp_session s, void (*work)(void*),
                          void (*done)(void*, wsp_status), void* arg) {
    return of(h).submit({s, work, done, arg});
  };

  history_table_.struct_size = sizeof history_table_;
  history_table_.publish = [](const wsp_host* h, wsp_bytes channel, wsp_opcode op,
                              wsp_bytes payload, const wsp_publish_options* keep) {
    if (!keep) return of(h).invalid("history publish: no options");
    return of(h).publish(view(channel), op, view(payload), keep->except, keep);
  };
  history_table_.subscribe = [](const wsp_host* h, wsp_session s, wsp_bytes channel,
                                const wsp_history_query* q, wsp_history_fn fn, void* arg) {
    return of(h).history(s, view(channel), q, fn, arg, true);
  };
  history_table_.read = [](const wsp_host* h, wsp_session s, wsp_bytes channel,
                           const wsp_history_query* q, wsp_history_fn fn, void* arg) {
    return of(h).history(s, view(channel), q, fn, arg, false);
  };
  history_table_.listen_for_gaps = [](const wsp_host* h, wsp_gap_fn fn, void* self) {
    return of(h).listen_for_gaps(fn, self);
  };

  presence_table_.struct_size = sizeof presence_table_;
  presence_table_.listen = [](const wsp_host* h, wsp_presence_fn fn, void* self) {
    return of(h).listen(fn, self);
  };
  presence_table_.enter = [](const wsp_host* h, wsp_session s, wsp_bytes channel, wsp_bytes key,
                             wsp_bytes info) {
    return of(h).presence_enter(s, view(channel), view(key), view(info));
  };
  presence_table_.leave = [](const wsp_host* h, wsp_session s, wsp_bytes channel) {
    return of(h).presence_leave(s, view(channel));
  };
  presence_table_.list = [](const wsp_host* h, wsp_bytes channel, wsp_member_fn fn, void* arg) {
    return of(h).presence_list(view(channel), fn, arg);
  };
  presence_table_.count = [](const wsp_host* h, wsp_bytes channel, uint64_t* members,
                             uint64_t* sessions) {
    return of(h).presence_count(view(channel), members, sessions);
  };

  prefix_table_.struct_size = sizeof prefix_table_;
  prefix_table_.subscribe = [](const wsp_host* h, wsp_session s, wsp_bytes prefix) {
    return of(h).prefix_subscription(s, view(prefix), true);
  };
  prefix_table_.unsubscribe = [](const wsp_host* h, wsp_session s, wsp_bytes prefix) {
    return of(h).prefix_subscription(s, view(prefix), false);
  };

  users_table_.struct_size = sizeof users_table_;
  users_table_.send = [](const wsp_host* h, wsp_bytes user, wsp_opcode op, wsp_bytes payload) {
    return of(h).send_to_user(view(user), op, view(payload));
  };
  users_table_.disconnect = [](const wsp_host* h, wsp_bytes user, uint16_t code, wsp_bytes reason) {
    return of(h).disconnect_user(view(user), code, view(reason));
  };

  identity_table_.struct_size = sizeof identity_table_;
  identity_table_.may_subscribe = [](const wsp_host* h, wsp_session s, wsp_bytes channel) {
    return of(h).ask(s, view(channel), false);
  };
  identity_table_.may_publish = [](const wsp_host* h, wsp_session s, wsp_bytes channel) {
    return of(h).ask(s, view(channel), true);
  };
  identity_table_.renew = [](const wsp_host* h, wsp_session s, wsp_bytes token) {
    return of(h).renew(s, view(token));
  };
  identity_table_.sign_in = [](const wsp_host* h, wsp_session s, wsp_bytes user) {
    return of(h).sign_in(s, view(user));
  };
}

inline const void* FakeHost::table(std::string_view id) const {
  if (id == WSP_TIMER_1) return &timer_table_;
  if (id == WSP_WORK_1) return &work_table_;
  if (id == WSP_HISTORY_1) return &history_table_;
  if (id == WSP_PRESENCE_1) return &presence_table_;
  if (id == WSP_PREFIX_1) return &prefix_table_;
  if (id == WSP_USERS_1) return &users_table_;
  if (id == WSP_IDENTITY_1) return &identity_table_;
  return nullptr;
}

inline const void* FakeHost::extension(const char* id) {
  if (!usable() || removed_.contains(id)) return nullptr;
  const auto shortened = shortened_.find(id);
  return shortened == shortened_.end() ? table(id) : shortened->second.get();
}

inline void FakeHost::shorten_extension(const std::string& id, size_t size) {
  const void* whole = table(id);
  if (!whole) throw std::logic_error("there is no extension " + id);
  auto copy = std::make_unique<char[]>(size);
  std::memcpy(copy.get(), whole, size);
  const auto struct_size = static_cast<uint32_t>(size);
  std::memcpy(copy.get(), &struct_size, sizeof struct_size);
  shortened_[id] = std::move(copy);
}

inline wsp_status FakeHost::start_timer(wsp_session s, uint32_t delay_ms, uint32_t repeat_ms,
                                        wsp_timer_fn fn, void* arg, wsp_timer* timer) {
  if (!fn || !timer) return invalid("timer start: no function, or nowhere to put the timer");
  if (!usable() || (s != 0 && !alive(s))) return WSP_E_GONE;
  const std::lock_guard lock(mutex_);
  *timer = next_timer_++;
  timers_[*timer] = {s, now_ms_ + delay_ms, repeat_ms, fn, arg};
  return WSP_OK;
}

inline wsp_status FakeHost::stop_timer(wsp_timer timer) {
  const std::lock_guard lock(mutex_);
  return timers_.erase(timer) != 0 ? WSP_OK : WSP_E_GONE;
}

inline wsp_status FakeHost::submit(const Job& job) {
  if (!job.work || !job.done) return invalid("work submit: no work, or no done");
  if (!usable() || (job.session != 0 && !alive(job.session))) return WSP_E_GONE;
  const std::lock_guard lock(mutex_);
  if (work_.size() >= work_limit) return WSP_E_FULL;
  work_.push_back(job);
  return WSP_OK;
}

inline wsp_status FakeHost::history(wsp_session s, std::string_view channel,
                                    const wsp_history_query* query, wsp_history_fn fn, void* arg,
                                    bool subscribe) {
  if (!is_own_thread()) return invalid("history: not on the session's own thread");
  if (!is_channel_name(channel) || !query || !fn) return invalid("history: a missing argument");
  if (!usable() || !alive(s)) return WSP_E_GONE;
  if (!may_hear(*find(s), channel)) return WSP_E_DENIED;
  if (subscribe) channels_.subscribe(channel, s);
  const auto read = channels_.read(channel, query->limit, query->since, now_ms_);
  const auto answer = [this, read, fn, arg, s](wsp_status status) {
    Loan loan;
    std::vector<wsp_history_message> messages;
    messages.reserve(read.messages.size());
    for (const auto& m : read.messages)
      messages.push_back({sizeof(wsp_history_message), m->frame.opcode, loan.lend(m->frame.payload),
                          m->position, m->time_ms,
                          static_cast<uint8_t>(m->frame.no_compress ? 1 : 0)});
    std::vector<const wsp_history_message*> pointers;
    pointers.reserve(messages.size());
    for (const auto& m : messages) pointers.push_back(&m);
    const wsp_history_reply reply = {sizeof(wsp_history_reply),
                                     static_cast<uint32_t>(messages.size()), pointers.data(),
                                     read.position, static_cast<uint8_t>(read.recovered ? 1 : 0)};
    const auto call = [&] { fn(arg, status, status == WSP_OK ? &reply : nullptr); };
    const bool is_plain = std::any_of(read.messages.begin(), read.messages.end(),
                                      [](const auto& m) { return m->frame.no_compress; });
    const bool outer = std::exchange(keeps_plain_, keeps_plain_ || is_plain);
    callback("a history callback", call, s);
    keeps_plain_ = outer;
  };
  if (late_history) {
    find(s)->late_history_.push_back({std::string(channel), subscribe, [this, answer](bool gone) {
                                        answer(gone ? WSP_E_GONE : history_status);
                                      }});
  } else {
    answer(history_status);
  }
  return WSP_OK;
}

inline wsp_status FakeHost::listen_for_gaps(wsp_gap_fn fn, void* self) {
  if (life_ != Life::creating || !fn)
    return invalid("history listen_for_gaps: only in create(), with a function");
  gap_fn_ = fn;
  gap_self_ = self;
  return WSP_OK;
}

inline wsp_status FakeHost::listen(wsp_presence_fn fn, void* self) {
  if (life_ != Life::creating) return invalid("presence listen: only in create()");
  presence_fn_ = fn;
  presence_self_ = self;
  return WSP_OK;
}

inline wsp_status FakeHost::presence_enter(wsp_session s, std::string_view channel,
                                           std::string_view key, std::string_view info) {
  if (!is_channel_name(channel)) return invalid("presence enter: no channel name");
  if (key.empty() || key.size() > 255) return invalid("presence enter: a key of 1 to 255 bytes");
  if (!usable() || !alive(s)) return WSP_E_GONE;
  std::unique_lock lock(mutex_);
  const auto changes = presence_.enter(channel, s, key, info);
  lock.unlock();
  if (!changes) return invalid("presence enter: the session is there under another key");
  changed(*changes);
  return WSP_OK;
}

inline wsp_status FakeHost::presence_leave(wsp_session s, std::string_view channel) {
  if (!is_channel_name(channel)) return invalid("presence leave: no channel name");
  if (!usable() || !alive(s)) return WSP_E_GONE;
  std::unique_lock lock(mutex_);
  const auto changes = presence_.leave(channel, s);
  lock.unlock();
  changed(changes);
  return WSP_OK;
}

inline wsp_status FakeHost::presence_list(std::string_view channel, wsp_member_fn fn, void* arg) {
  if (!is_channel_name(channel) || !fn) return invalid("presence list: a missing argument");
  if (!usable()) return WSP_E_GONE;
  std::unique_lock lock(mutex_);
  const auto members = presence_.members(channel);
  lock.unlock();
  for (const auto& m : members) {
    Loan loan;
    const wsp_member member = {sizeof(wsp_member), m.session_count, loan.lend(m.key),
                               loan.lend(m.info)};
    fn(arg, &member);
  }
  return WSP_OK;
}

inline wsp_status FakeHost::presence_count(std::string_view channel, uint64_t* members,
                                           uint64_t* sessions) {
  if (!is_channel_name(channel)) return invalid("presence count: no channel name");
  if (!usable()) return WSP_E_GONE;
  std::unique_lock lock(mutex_);
  const auto all = presence_.members(channel);
  lock.unlock();
  if (members) *members = all.size();
  if (sessions) *sessions = 0;
  for (const auto& m : all)
    if (sessions) *sessions += m.session_count;
  return WSP_OK;
}

inline wsp_status FakeHost::prefix_subscription(wsp_session s, std::string_view prefix, bool on) {
  if (!is_prefix(prefix)) return invalid("prefix subscribe: no prefix");
  if (!usable() || !alive(s)) return WSP_E_GONE;
  if (on && is_own_thread() && !may_hear(*find(s), prefix)) return WSP_E_DENIED;
  const auto change = [this, s, on, name = std::string(prefix)] {
    const FakeClient* client = find(s);
    if (!client || (on && !may_hear(*client, name))) return;
    if (on) {
      channels_.subscribe_prefix(name, s);
    } else {
      channels_.unsubscribe_prefix(name, s);
    }
  };
  if (is_own_thread()) {
    change();
  } else {
    soon(change);
  }
  return WSP_OK;
}

inline wsp_status FakeHost::send_to_user(std::string_view user, wsp_opcode opcode,
                                         std::string_view payload) {
  if (user.empty()) return invalid("users send: no user");
  if (!detail::is_opcode(opcode)) return invalid("users send: an unknown opcode");
  if (detail::plain(opcode) == WSP_TEXT && !is_utf8(payload))
    return invalid("users send: text that is not UTF-8");
  if (!usable()) return WSP_E_GONE;
  soon([this, name = std::string(user), frame = detail::frame_of(opcode, payload)] {
    for (const auto& client : clients_)
      if (client->is_open() && client->user_ == name) queue(*client, frame);
  });
  return WSP_OK;
}

inline wsp_status FakeHost::disconnect_user(std::string_view user, uint16_t code,
                                            std::string_view reason) {
  if (user.empty()) return invalid("users disconnect: no user");
  if (!is_close_code(code)) return invalid("users disconnect: code " + std::to_string(code));
  if (!usable()) return WSP_E_GONE;
  soon([this, name = std::string(user), code, text = std::string(reason)] {
    for (const auto& client : clients_)
      if (client->is_open() && client->user_ == name) close(client->id_, code, text);
  });
  return WSP_OK;
}

// "own:PLUGIN:NAME"
inline bool FakeHost::is_kept_for(const FakeClient& client, std::string_view channel) {
  constexpr std::string_view kKept = "own:";
  if (client.user_.empty() || !channel.starts_with(kKept)) return false;
  const std::string_view plugin = channel.substr(0, channel.find(':', kKept.size()));
  return channel == own_channel(plugin.substr(kKept.size()), client.user_);
}

inline bool FakeHost::may_hear(const FakeClient& client, std::string_view channel) const {
  if (channel.starts_with("user:") || channel.starts_with("own:"))
    return !client.user_.empty() &&
           (channel == own_channel(client.user_) || is_kept_for(client, channel));
  return may_subscribe(client.user_, channel);
}

inline bool FakeHost::may_speak(const FakeClient& client, std::string_view channel) const {
  return is_kept_for(client, channel) || may_publish(client.user_, channel);
}

inline wsp_status FakeHost::ask(wsp_session s, std::string_view channel, bool publish) {
  if (!is_own_thread()) return invalid("identity: not on the session's own thread");
  if (!is_channel_name(channel)) return invalid("identity: no channel name");
  if (!usable() || !alive(s)) return WSP_E_GONE;
  const FakeClient& client = *find(s);
  const bool may = publish ? may_speak(client, channel) : may_hear(client, channel);
  return may ? WSP_OK : WSP_E_DENIED;
}

inline wsp_status FakeHost::renew(wsp_session s, std::string_view token) {
  if (!is_own_thread()) return invalid("identity renew: not on the session's own thread");
  if (!usable() || !alive(s)) return WSP_E_GONE;
  if (!tokens) return WSP_E_UNSUPPORTED;
  const auto known = tokens->find(token);
  FakeClient& client = *find(s);
  if (known == tokens->end() || known->second.user != client.user_) return WSP_E_DENIED;
  const auto end_of = [](int64_t ms) { return ms == 0 ? INT64_MAX : ms; };
  if (end_of(known->second.expires_ms) < std::max(end_of(client.expires_ms_), now_ms_))
    return WSP_E_DENIED;
  client.expires_ms_ = known->second.expires_ms;
  return WSP_OK;
}

inline wsp_status FakeHost::sign_in(wsp_session s, std::string_view user) {
  if (!is_own_thread()) return invalid("identity sign_in: not on the session's own thread");
  if (!is_user_name(user)) return invalid("identity sign_in: no user's name");
  if (!usable() || !alive(s)) return WSP_E_GONE;
  FakeClient& client = *find(s);
  if (!client.user_.empty()) return WSP_E_DENIED;
  client.user_ = user;
  return WSP_OK;
}

}  // namespace wsp::testing
