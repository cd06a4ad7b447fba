// wsp.presence/1: who is in a channel.
#include "plugin/presence_api.h"

#include <string>
#include <vector>

#include "plugin/bytes.h"
#include "plugin/host_call.h"

namespace ws::plugin {

namespace {

using session::Session;

constexpr size_t kMaxKey = 255;

bool is_channel(wsp_bytes channel) noexcept {
  return !is_null(channel) && channel::is_valid_name(view(channel));
}

wsp_status listen(const wsp_host* host, wsp_presence_fn fn, void* self) noexcept {
  return fn && PluginInstance::of(host).listen_to_presence(fn, self) ? WSP_OK : WSP_E_INVALID;
}

wsp_status enter(const wsp_host* host, wsp_session id, wsp_bytes channel, wsp_bytes key,
                 wsp_bytes info) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!is_channel(channel) || is_null(key) || is_null(info)) return WSP_E_INVALID;
    if (key.size == 0 || key.size > kMaxKey) return WSP_E_INVALID;
    return on_session(
        instance, id, channel.size + key.size + info.size,
        [&instance, name = std::string(view(channel)), who = std::string(view(key)),
         more = std::string(view(info))](LoopContext& loop, Session& session) -> wsp_status {
          if (!session.is_open()) return WSP_E_GONE;
          return to_status(loop.fan_out.enter(subscriber_of(instance, session),
                                              instance.full_name(name), who, more));
        });
  });
}

wsp_status leave(const wsp_host* host, wsp_session id, wsp_bytes channel) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!is_channel(channel)) return WSP_E_INVALID;
    return on_session(instance, id, channel.size,
                      [&instance, name = std::string(view(channel))](
                          LoopContext& loop, Session& session) -> wsp_status {
                        if (session.attachment)
                          loop.fan_out.leave(subscriber_of(instance, session),
                                             instance.full_name(name));
                        return WSP_OK;
                      });
  });
}

wsp_status list(const wsp_host* host, wsp_bytes channel, wsp_member_fn fn, void* arg) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!is_channel(channel) || !fn) return WSP_E_INVALID;
    std::vector<channel::Member> members;
    const channel::BusStatus status =
        instance.runtime().bus().members(instance.full_name(view(channel)), members);
    for (const channel::Member& member : members) {
      const wsp_member one{sizeof(wsp_member), member.session_count, lend(member.key),
                           lend(member.info)};
      fn(arg, &one);
    }
    return to_status(status);
  });
}

wsp_status count(const wsp_host* host, wsp_bytes channel, uint64_t* members,
                 uint64_t* sessions) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!is_channel(channel)) return WSP_E_INVALID;
    channel::MemberCount found;
    const channel::BusStatus status =
        instance.runtime().bus().count(instance.full_name(view(channel)), found);
    if (members) *members = found.keys;
    if (sessions) *sessions = found.sessions;
    return to_status(status);
  });
}

}  // namespace

const wsp_presence_1& presence_table() noexcept {
  static constexpr wsp_presence_1 kTable = {
      sizeof(wsp_presence_1), listen, enter, leave, list, count};
  return kTable;
}

}  // namespace ws::plugin
