// Ends sessions whose rights have ended.
#include "plugin/expiry.h"

#include <algorithm>

#include "base/clock.h"
#include "plugin/plugin_session.h"
#include "session/session.h"

namespace ws::plugin {

namespace {

// The wall clock may be set: it is looked at now and then.
constexpr int64_t kLookMs = int64_t{60} * 60 * 1000;

void look(void* plugin_session) {
  session::Session& session = static_cast<PluginSession*>(plugin_session)->subscriber.session();
  watch_expiry(static_cast<PluginInstance&>(session.settings().handler), session);
}

}  // namespace

void watch_expiry(PluginInstance& instance, session::Session& session) {
  PluginSession& self = PluginSession::of(session, instance);
  if (!self.rights || self.rights->expires_ms == 0 || !session.is_open()) return;
  const int64_t left = self.rights->expires_ms - base::unix_time_ms();
  if (left <= 0) {
    session.close(kExpired, "expired");
    return;
  }
  LoopContext& loop = *instance.runtime().loop_of(session.id());
  const auto delay = static_cast<uint32_t>(std::min(left, kLookMs));
  const wsp_timer timer = loop.timers.make({&instance, delay, 0, look, &self});
  self.add_timer(timer, loop.timers);
  loop.timers.schedule(timer);
}

}  // namespace ws::plugin
