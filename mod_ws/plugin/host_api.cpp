// wsp_host: what every plugin can call.
#include "plugin/host_api.h"

#include <string>
#include <string_view>

#include "base/shared_bytes.h"
#include "plugin/bytes.h"
#include "plugin/history_api.h"
#include "plugin/host_call.h"
#include "plugin/identity_api.h"
#include "plugin/payload.h"
#include "plugin/prefix_api.h"
#include "plugin/presence_api.h"
#include "plugin/timer_api.h"
#include "plugin/users_api.h"
#include "plugin/work_api.h"
#include "protocol/close_code.h"

namespace ws::plugin {

namespace {

using session::Session;

wsp_status send_now(Session& session, protocol::MessageType type, std::string_view payload) {
  switch (session.send(type, payload)) {
    case Session::SendResult::ok:
      return WSP_OK;
    case Session::SendResult::full:
      return WSP_E_FULL;
    case Session::SendResult::gone:
      return WSP_E_GONE;
  }
  return WSP_E_FAILED;
}

void log(const wsp_host* host, wsp_log_level level, wsp_bytes text) noexcept {
  if (is_null(text)) return;
  const base::LogLevel known = level <= WSP_LOG_ERROR     ? base::LogLevel::error
                               : level == WSP_LOG_WARNING ? base::LogLevel::warning
                               : level == WSP_LOG_INFO    ? base::LogLevel::info
                                                          : base::LogLevel::debug;
  PluginInstance::of(host).log_line(known, view(text));
}

wsp_status send(const wsp_host* host, wsp_session id, wsp_opcode opcode,
                wsp_bytes payload) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    LoopContext* const loop = instance.runtime().loop_of(id);
    const bool own = loop && loop->loop.is_current();
    if (!is_sendable(opcode, payload, own ? loop->checked_text : std::string_view()))
      return WSP_E_INVALID;
    if (own) {
      Session* const session = instance.find(*loop, id);
      protocol::MessageType type = type_of(opcode);
      if (loop->keeps_plain) type.may_compress = false;
      return session ? send_now(*session, type, view(payload)) : WSP_E_GONE;
    }
    if (!loop || !loop->table.is_alive(id)) return WSP_E_GONE;
    return on_session(
        instance, id, payload.size,
        [type = type_of(opcode), copy = base::SharedBytes(view(payload))](
            LoopContext&, Session& s) -> wsp_status { return send_now(s, type, copy.view()); });
  });
}

wsp_status close(const wsp_host* host, wsp_session id, uint16_t code, wsp_bytes reason) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!protocol::may_be_sent(code) || is_null(reason)) return WSP_E_INVALID;
    return on_session(
        instance, id, reason.size,
        [code, text = std::string(view(reason))](LoopContext&, Session& session) -> wsp_status {
          session.close(code, text);
          return WSP_OK;
        });
  });
}

wsp_status subscribe(const wsp_host* host, wsp_session id, wsp_bytes channel) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (is_null(channel) || !channel::is_valid_name(view(channel))) return WSP_E_INVALID;
    return subscribe_to(instance, id, instance.full_name(view(channel)));
  });
}

wsp_status unsubscribe(const wsp_host* host, wsp_session id, wsp_bytes channel) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (is_null(channel) || !channel::is_valid_name(view(channel))) return WSP_E_INVALID;
    return unsubscribe_from(instance, id, instance.full_name(view(channel)));
  });
}

wsp_status publish(const wsp_host* host, wsp_bytes channel, wsp_opcode opcode, wsp_bytes payload,
                   wsp_session except) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&] {
    return publish_to(instance, channel, opcode, payload, except, std::nullopt);
  });
}

wsp_status pause_input(const wsp_host* host, wsp_session id) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&] {
    return on_session(instance, id, 0, [](LoopContext&, Session& session) -> wsp_status {
      if (!session.is_open()) return WSP_E_GONE;
      session.pause_input();
      return WSP_OK;
    });
  });
}

wsp_status resume_input(const wsp_host* host, wsp_session id) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&] {
    return on_session(instance, id, 0, [](LoopContext&, Session& session) -> wsp_status {
      if (!session.is_open()) return WSP_E_GONE;
      session.resume_input();
      return WSP_OK;
    });
  });
}

wsp_status queued_bytes(const wsp_host* host, wsp_session id, size_t* bytes) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!bytes) return WSP_E_INVALID;
    return on_own_session(instance, id, [bytes](LoopContext&, Session& session) -> wsp_status {
      if (!session.is_open()) return WSP_E_GONE;
      *bytes = session.queued_bytes();
      return WSP_OK;
    });
  });
}

const void* get_extension(const wsp_host*, const char* id) noexcept {
  if (!id) return nullptr;
  const std::string_view wanted(id);
  if (wanted == WSP_TIMER_1) return &timer_table();
  if (wanted == WSP_WORK_1) return &work_table();
  if (wanted == WSP_HISTORY_1) return &history_table();
  if (wanted == WSP_PRESENCE_1) return &presence_table();
  if (wanted == WSP_PREFIX_1) return &prefix_table();
  if (wanted == WSP_USERS_1) return &users_table();
  if (wanted == WSP_IDENTITY_1) return &identity_table();
  return nullptr;
}

}  // namespace

wsp_host make_host(PluginInstance& instance) noexcept {
  wsp_host host{};
  host.struct_size = sizeof host;
  host.abi_minor = WSP_ABI_MINOR;
  host.impl = &instance;
  host.log = log;
  host.send = send;
  host.close = close;
  host.subscribe = subscribe;
  host.unsubscribe = unsubscribe;
  host.publish = publish;
  host.get_extension = get_extension;
  host.pause_input = pause_input;
  host.resume_input = resume_input;
  host.queued_bytes = queued_bytes;
  return host;
}

}  // namespace ws::plugin
