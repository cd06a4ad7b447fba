// wsp.identity/1: what a session may do.
#include "plugin/identity_api.h"

#include "plugin/bytes.h"
#include "plugin/host_call.h"

namespace ws::plugin {

namespace {

using session::Session;
using Question = bool (*)(channel::ChannelRules, const Rights*, std::string_view) noexcept;

wsp_status ask(const wsp_host* host, wsp_session id, wsp_bytes channel, Question may) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.log(), [&]() -> wsp_status {
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

wsp_status renew(const wsp_host* host, wsp_session id, wsp_bytes token) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.log(), [&]() -> wsp_status {
    if (is_null(token)) return WSP_E_INVALID;
    return on_own_session(instance, id, [](LoopContext&, Session& session) -> wsp_status {
      return session.is_open() ? WSP_E_UNSUPPORTED : WSP_E_GONE;
    });
  });
}

}  // namespace

const wsp_identity_1& identity_table() noexcept {
  static constexpr wsp_identity_1 kTable = {sizeof(wsp_identity_1), ask_subscribe, ask_publish,
                                            renew};
  return kTable;
}

}  // namespace ws::plugin
