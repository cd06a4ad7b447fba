// wsp.identity/1: what a session may do.
#include "plugin/identity_api.h"

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "plugin/bytes.h"
#include "plugin/host_call.h"
#include "plugin/sign_in.h"

namespace ws::plugin {

namespace {

using session::Session;
using Question = bool (*)(channel::ChannelRules, const Rights*, std::string_view) noexcept;

wsp_status ask(const wsp_host* host, wsp_session id, wsp_bytes channel, Question may) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (is_null(channel) || !channel::is_valid_name(view(channel))) return WSP_E_INVALID;
    return on_own_session(instance, id, [&](LoopContext&, Session& session) -> wsp_status {
      if (!session.is_open()) return WSP_E_GONE;
      return may(instance.config().channel_rules, PluginSession::rights_of(session), view(channel))
                 ? WSP_OK
                 : WSP_E_DENIED;
    });
  });
}

wsp_status ask_subscribe(const wsp_host* host, wsp_session id, wsp_bytes channel) noexcept {
  return ask(host, id, channel, may_subscribe);
}

wsp_status ask_publish(const wsp_host* host, wsp_session id, wsp_bytes channel) noexcept {
  return ask(host, id, channel, may_publish);
}

// The timer that ends the session with its rights looks at those that it has then.
bool renew_now(PluginInstance& instance, Session& session, std::string_view token,
               std::string_view& fault) {
  const int64_t now_ms = base::unix_time_ms();
  auto identity = instance.config().tokens->verify(token, now_ms, fault);
  if (!identity) return false;
  PluginSession& self = PluginSession::of(session, instance);
  const Rights old = self.rights ? *self.rights : Rights{};
  const auto end_of = [](const Rights& rights) {
    return rights.expires_ms == 0 ? INT64_MAX : rights.expires_ms;
  };
  if (identity->rights.user != old.user) return fault = "the token is another user's", false;
  if (end_of(identity->rights) < end_of(old)) return fault = "the token ends sooner", false;
  // A token that names no channels changes nothing about them.
  if (!identity->rights.subscribe) identity->rights.subscribe = old.subscribe;
  if (!identity->rights.publish) identity->rights.publish = old.publish;
  self.rights = std::make_unique<const Rights>(std::move(identity->rights));
  return true;
}

wsp_status renew(const wsp_host* host, wsp_session id, wsp_bytes token) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (is_null(token)) return WSP_E_INVALID;
    return on_own_session(instance, id, [&](LoopContext&, Session& session) -> wsp_status {
      if (!session.is_open()) return WSP_E_GONE;
      if (!instance.config().tokens) return WSP_E_UNSUPPORTED;
      std::string_view fault;
      if (renew_now(instance, session, view(token), fault)) return WSP_OK;
      instance.log_line(base::LogLevel::info,
                        "session " + std::to_string(id) + " is not renewed: " + std::string(fault));
      return WSP_E_DENIED;
    });
  });
}

wsp_status sign_in_as(const wsp_host* host, wsp_session id, wsp_bytes user) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (is_null(user)) return WSP_E_INVALID;
    return on_own_session(instance, id, [&](LoopContext&, Session& session) -> wsp_status {
      return sign_in(instance, session, view(user));
    });
  });
}

}  // namespace

const wsp_identity_1& identity_table() noexcept {
  static constexpr wsp_identity_1 kTable = {sizeof(wsp_identity_1), ask_subscribe, ask_publish,
                                            renew, sign_in_as};
  return kTable;
}

}  // namespace ws::plugin
