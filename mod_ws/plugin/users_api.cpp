// wsp.users/1: all sessions of a user.
#include "plugin/users_api.h"

#include "channel/close_order.h"
#include "plugin/bytes.h"
#include "plugin/host_call.h"
#include "plugin/payload.h"
#include "plugin/user_channel.h"
#include "protocol/close_code.h"

namespace ws::plugin {

namespace {

bool is_user(wsp_bytes user) noexcept { return !is_null(user) && user.size > 0; }

std::string channel_of(const PluginInstance& instance, wsp_bytes user) {
  return user_channel(instance.config().channel_namespace, instance.config().location, view(user));
}

wsp_status send(const wsp_host* host, wsp_bytes user, wsp_opcode opcode,
                wsp_bytes payload) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!is_user(user) || !is_sendable(opcode, payload)) return WSP_E_INVALID;
    return to_status(instance.runtime()
                         .bus()
                         .publish(channel_of(instance, user), type_of(opcode), view(payload), 0, {})
                         .status);
  });
}

wsp_status disconnect(const wsp_host* host, wsp_bytes user, uint16_t code,
                      wsp_bytes reason) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!is_user(user) || !protocol::may_be_sent(code) || is_null(reason)) return WSP_E_INVALID;
    return to_status(instance.runtime().bus().control(channel_of(instance, user),
                                                      channel::encode_close(code, view(reason))));
  });
}

}  // namespace

const wsp_users_1& users_table() noexcept {
  static constexpr wsp_users_1 kTable = {sizeof(wsp_users_1), send, disconnect};
  return kTable;
}

}  // namespace ws::plugin
