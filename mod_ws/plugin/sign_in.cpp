// Guests, and how they become somebody.
#include "plugin/sign_in.h"

#include <memory>
#include <string>

#include "plugin/host_call.h"
#include "plugin/identity_text.h"
#include "plugin/user_channel.h"
#include "protocol/close_code.h"

namespace ws::plugin {

namespace {

bool has_user(const session::Session& session) noexcept {
  const Rights* const rights = PluginSession::rights_of(session);
  return rights && !rights->user.empty();
}

void end_guest(void* plugin_session) {
  session::Session& session = static_cast<PluginSession*>(plugin_session)->subscriber.session();
  if (!has_user(session)) session.close(protocol::kPolicyViolation, "not signed in");
}

}  // namespace

void watch_guest(PluginInstance& instance, session::Session& session) {
  const uint32_t delay = session.settings().limits.sign_in_timeout_ms;
  if (delay == 0) return;
  PluginSession& self = PluginSession::of(session, instance);
  LoopContext& loop = *instance.runtime().loop_of(session.id());
  const wsp_timer timer = loop.timers.make({&instance, delay, 0, end_guest, &self});
  self.add_timer(timer, loop.timers);
  loop.timers.schedule(timer);
}

wsp_status sign_in(PluginInstance& instance, session::Session& session, std::string_view user) {
  if (user.empty() || !is_user_name(user)) return WSP_E_INVALID;
  if (!session.is_open()) return WSP_E_GONE;
  if (has_user(session)) return WSP_E_DENIED;
  PluginSession& self = PluginSession::of(session, instance);
  auto rights = std::make_unique<Rights>(self.rights ? *self.rights : Rights{});
  rights->user = user;
  const auto& config = instance.config();
  const channel::BusStatus status =
      instance.runtime()
          .loop_of(session.id())
          ->fan_out.subscribe(self.subscriber,
                              user_channel(config.channel_namespace, config.location, user));
  if (status != channel::BusStatus::ok) return to_status(status);
  self.rights = std::move(rights);
  session.tell("is signed in as", user);
  return WSP_OK;
}

}  // namespace ws::plugin
