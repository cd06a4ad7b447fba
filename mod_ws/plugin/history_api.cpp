// wsp.history/1: what was published before.
#include "plugin/history_api.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "plugin/bytes.h"
#include "plugin/host_call.h"
#include "plugin/keep_plain.h"
#include "plugin/payload.h"

namespace ws::plugin {

namespace {

using channel::History;
using session::Session;

wsp_position to_abi(const channel::Position& position) noexcept {
  return {position.epoch, position.offset};
}

// Whether whoever acts on this loop, if it is a session, may speak there.
bool may_speak(PluginInstance& instance, const LoopContext& loop, std::string_view channel) {
  if (loop.acting == 0) return true;
  const Session* const session = loop.table.find(loop.acting);
  if (!session || &session->settings().handler != &instance) return true;
  return may_publish(instance.config().channel_rules, PluginSession::rights_of(*session), channel);
}

void reply(wsp_history_fn fn, void* arg, const History& history) {
  std::vector<wsp_history_message> messages;
  messages.reserve(history.messages.size());
  for (const channel::Event& event : history.messages)
    messages.push_back({sizeof(wsp_history_message), static_cast<wsp_opcode>(event.type.opcode),
                        lend(event.payload.view()), to_abi(event.position), event.time_ms,
                        static_cast<uint8_t>(event.type.may_compress ? 0 : 1)});
  std::vector<const wsp_history_message*> pointers;
  pointers.reserve(messages.size());
  for (const auto& message : messages) pointers.push_back(&message);
  const wsp_history_reply reply{sizeof(wsp_history_reply), static_cast<uint32_t>(messages.size()),
                                pointers.data(), to_abi(history.position),
                                static_cast<uint8_t>(history.recovered ? 1 : 0)};
  fn(arg, WSP_OK, &reply);
}

channel::HistoryDone answer_to(LoopContext& loop, session::SessionId id, PluginInstance& instance,
                               wsp_history_fn fn, void* arg) {
  return [&loop, id, &instance, fn, arg](channel::BusStatus status, const History& history) {
    const Acting acting(loop.acting, id);
    const bool is_plain = std::ranges::any_of(
        history.messages, [](const channel::Event& event) { return !event.type.may_compress; });
    const KeepPlain keep_plain(loop, is_plain);
    (void)guarded(instance.faults(), "a history callback", [&] {
      const Entered entered(instance.suspect(), "a history callback");
      if (status == channel::BusStatus::ok) {
        reply(fn, arg, history);
      } else {
        fn(arg, to_status(status), nullptr);
      }
    });
  };
}

channel::HistoryQuery from_abi(const wsp_history_query& query) noexcept {
  channel::HistoryQuery out;
  out.limit = query.limit;
  if (query.since) out.since = channel::Position{query.since->epoch, query.since->offset};
  return out;
}

bool is_usable(wsp_bytes channel, const wsp_history_query* query, wsp_history_fn fn) noexcept {
  return !is_null(channel) && channel::is_valid_name(view(channel)) && query &&
         query->struct_size >= sizeof(wsp_history_query) && fn;
}

wsp_status publish(const wsp_host* host, wsp_bytes channel, wsp_opcode opcode, wsp_bytes payload,
                   const wsp_publish_options* options) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!options || options->struct_size < sizeof(wsp_publish_options)) return WSP_E_INVALID;
    const channel::Keep keep{options->history_count, options->history_age_ms};
    return publish_to(instance, channel, opcode, payload, options->except, keep);
  });
}

wsp_status subscribe(const wsp_host* host, wsp_session id, wsp_bytes channel,
                     const wsp_history_query* query, wsp_history_fn fn, void* arg) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!is_usable(channel, query, fn)) return WSP_E_INVALID;
    return on_own_session(instance, id, [&](LoopContext& loop, Session& session) -> wsp_status {
      if (!session.is_open()) return WSP_E_GONE;
      const channel::FullName name = instance.full_name(view(channel));
      if (!may_hear(instance, session, name)) return denied(instance, id, "hear", view(channel));
      return subscribed(
          session, name,
          loop.fan_out.subscribe(subscriber_of(instance, session), name, from_abi(*query),
                                 answer_to(loop, id, instance, fn, arg)));
    });
  });
}

wsp_status read(const wsp_host* host, wsp_session id, wsp_bytes channel,
                const wsp_history_query* query, wsp_history_fn fn, void* arg) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!is_usable(channel, query, fn)) return WSP_E_INVALID;
    return on_own_session(instance, id, [&](LoopContext& loop, Session& session) -> wsp_status {
      if (!session.is_open()) return WSP_E_GONE;
      const channel::FullName name = instance.full_name(view(channel));
      if (!may_hear(instance, session, name)) return denied(instance, id, "hear", view(channel));
      loop.fan_out.read(subscriber_of(instance, session), name, from_abi(*query),
                        answer_to(loop, id, instance, fn, arg));
      return WSP_OK;
    });
  });
}

wsp_status listen_for_gaps(const wsp_host* host, wsp_gap_fn fn, void* self) noexcept {
  return fn && PluginInstance::of(host).listen_for_gaps(fn, self) ? WSP_OK : WSP_E_INVALID;
}

}  // namespace

wsp_status publish_to(PluginInstance& instance, wsp_bytes channel, wsp_opcode opcode,
                      wsp_bytes payload, wsp_session except,
                      const std::optional<channel::Keep>& keep) {
  if (is_null(channel) || !channel::is_valid_name(view(channel))) return WSP_E_INVALID;
  LoopContext* const loop = instance.runtime().current_loop();
  if (!is_sendable(opcode, payload, loop ? loop->checked_text : std::string_view()))
    return WSP_E_INVALID;
  if (loop && !may_speak(instance, *loop, view(channel)))
    return denied(instance, loop->acting, "speak in", view(channel));
  if (loop) loop->fan_out.hold_publishes();
  protocol::MessageType type = type_of(opcode);
  if (loop && loop->keeps_plain) type.may_compress = false;
  const auto& rules = instance.config().channel_rules;
  Runtime& runtime = instance.runtime();
  const channel::BusStatus status =
      runtime.bus()
          .publish(instance.full_name(view(channel)), type, view(payload), except,
                   keep ? keep : channel::kept_by_rule(rules, view(channel)))
          .status;
  if (status == channel::BusStatus::ok)
    (loop ? *loop : runtime.first_loop()).row.counts(instance.place()).published.add_shared(1);
  return to_status(status);
}

const wsp_history_1& history_table() noexcept {
  static constexpr wsp_history_1 kTable = {sizeof(wsp_history_1), publish, subscribe, read,
                                           listen_for_gaps};
  return kTable;
}

}  // namespace ws::plugin
