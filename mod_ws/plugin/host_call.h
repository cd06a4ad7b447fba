// What host calls about one session have in common: on its own thread at once, else by post.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "plugin/guard.h"
#include "plugin/plugin_instance.h"
#include "plugin/plugin_session.h"
#include "session/session.h"

namespace ws::plugin {

[[nodiscard]] inline wsp_status to_status(channel::BusStatus status) noexcept {
  switch (status) {
    case channel::BusStatus::ok:
      return WSP_OK;
    case channel::BusStatus::full:
      return WSP_E_FULL;
    case channel::BusStatus::conflict:
      return WSP_E_INVALID;
    case channel::BusStatus::gone:
      return WSP_E_GONE;
    case channel::BusStatus::unavailable:
      return WSP_E_FAILED;
  }
  return WSP_E_FAILED;
}

// Runs f(loop, session), which gives a status. From another thread: later and in the order of
// that thread's calls, when the session still lives; the status is then WSP_OK, or WSP_E_FULL
// when too much waits already. size: of what f holds.
template <class F>
wsp_status on_session(PluginInstance& instance, session::SessionId id, size_t size, F f) {
  Runtime& runtime = instance.runtime();
  LoopContext* const loop = runtime.loop_of(id);
  if (!loop) return WSP_E_GONE;
  if (loop->loop.is_current()) {
    session::Session* const session = instance.find(*loop, id);
    return session ? f(*loop, *session) : WSP_E_GONE;
  }
  if (!loop->table.is_alive(id)) return WSP_E_GONE;
  const bool posted = loop->post_sized(
      size, runtime.mailbox_limit(), [&instance, loop, id, f = std::move(f)]() mutable {
        if (session::Session* const session = instance.find(*loop, id)) (void)f(*loop, *session);
      });
  return posted ? WSP_OK : WSP_E_FULL;
}

// The same, only on the session's own thread; elsewhere WSP_E_INVALID.
template <class F>
wsp_status on_own_session(PluginInstance& instance, session::SessionId id, F f) {
  LoopContext* const loop = instance.runtime().loop_of(id);
  if (!loop) return WSP_E_GONE;
  if (!loop->loop.is_current()) return WSP_E_INVALID;
  session::Session* const session = instance.find(*loop, id);
  return session ? f(*loop, *session) : WSP_E_GONE;
}

[[nodiscard]] inline channel::Subscriber& subscriber_of(PluginInstance& instance,
                                                        session::Session& session) {
  return PluginSession::of(session, instance).subscriber;
}

// Whether the session may hear what a full name stands for: a channel, or a family.
[[nodiscard]] inline bool may_hear(const PluginInstance& instance, const session::Session& session,
                                   std::string_view full_name) noexcept {
  const auto& rules = instance.config().channel_rules;
  const Rights* const rights = PluginSession::rights_of(session);
  const std::string_view name = channel::plain_name(full_name);
  return channel::is_family(full_name) ? may_subscribe_under(rules, rights, name)
                                       : may_subscribe(rules, rights, name);
}

// As the log names it.
[[nodiscard]] inline std::string name_of(session::SessionId id) {
  char name[20];
  std::snprintf(name, sizeof name, "%016llx", static_cast<unsigned long long>(id));
  return name;
}

// Tells the log, too.
[[nodiscard]] inline wsp_status subscribed(const session::Session& session, std::string_view name,
                                           channel::BusStatus status) {
  const bool good = status == channel::BusStatus::ok;
  session.tell(good ? "hears" : "could not be subscribed to", channel::plain_name(name));
  return to_status(status);
}

// For the log, at debug level: "may not VERB CHANNEL".
[[nodiscard]] inline wsp_status denied(const PluginInstance& instance, session::SessionId id,
                                       std::string_view verb, std::string_view channel) {
  if (instance.log().enabled(base::LogLevel::debug))
    instance.log_line(base::LogLevel::debug, "session " + name_of(id) + " may not " +
                                                 std::string(verb) + " " + std::string(channel));
  return WSP_E_DENIED;
}

// What host->subscribe and its kin do with a valid name, whatever it is the name of.
[[nodiscard]] inline wsp_status subscribe_to(PluginInstance& instance, session::SessionId id,
                                             const channel::FullName& name) {
  return on_session(instance, id, sizeof name,
                    [&instance, name](LoopContext& loop, session::Session& session) -> wsp_status {
                      if (!session.is_open()) return WSP_E_GONE;
                      if (!may_hear(instance, session, name))
                        return denied(instance, session.id(), "hear", channel::plain_name(name));
                      return subscribed(
                          session, name,
                          loop.fan_out.subscribe(subscriber_of(instance, session), name));
                    });
}

[[nodiscard]] inline wsp_status unsubscribe_from(PluginInstance& instance, session::SessionId id,
                                                 const channel::FullName& name) {
  return on_session(instance, id, sizeof name,
                    [&instance, name](LoopContext& loop, session::Session& session) -> wsp_status {
                      session.tell("no longer hears", channel::plain_name(name));
                      if (session.attachment)
                        loop.fan_out.unsubscribe(subscriber_of(instance, session), name);
                      return WSP_OK;
                    });
}

}  // namespace ws::plugin
