// wsp.prefix/1: families of channels.
#include "plugin/prefix_api.h"

#include "plugin/bytes.h"
#include "plugin/host_call.h"

namespace ws::plugin {

namespace {

bool is_prefix(wsp_bytes prefix) noexcept {
  return !is_null(prefix) && channel::is_valid_prefix(view(prefix));
}

channel::FullName name_of(const PluginInstance& instance, wsp_bytes prefix) noexcept {
  return channel::FullName::of_family(instance.config().channel_namespace, view(prefix));
}

wsp_status subscribe(const wsp_host* host, wsp_session id, wsp_bytes prefix) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!is_prefix(prefix)) return WSP_E_INVALID;
    return subscribe_to(instance, id, name_of(instance, prefix));
  });
}

wsp_status unsubscribe(const wsp_host* host, wsp_session id, wsp_bytes prefix) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!is_prefix(prefix)) return WSP_E_INVALID;
    return unsubscribe_from(instance, id, name_of(instance, prefix));
  });
}

}  // namespace

const wsp_prefix_1& prefix_table() noexcept {
  static constexpr wsp_prefix_1 kTable = {sizeof(wsp_prefix_1), subscribe, unsubscribe};
  return kTable;
}

}  // namespace ws::plugin
