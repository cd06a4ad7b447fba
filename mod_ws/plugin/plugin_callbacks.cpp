// A plugin instance towards its sessions and channels: each callback of the C table.
#include <optional>
#include <string>

#include "plugin/bytes.h"
#include "plugin/call_timer.h"
#include "plugin/delivery.h"
#include "plugin/expiry.h"
#include "plugin/guard.h"
#include "plugin/keep_plain.h"
#include "plugin/plugin_instance.h"
#include "plugin/plugin_session.h"
#include "plugin/sign_in.h"
#include "plugin/user_channel.h"
#include "protocol/close_code.h"
#include "session/session.h"

namespace ws::plugin {

namespace {

constexpr wsp_opcode to_abi(protocol::Opcode opcode) noexcept {
  return static_cast<wsp_opcode>(opcode);
}

}  // namespace

// Shapers are called on a loop, but in tests.
LoopContext& PluginInstance::current_loop() const noexcept {
  LoopContext* const loop = runtime_.current_loop();
  return loop ? *loop : runtime_.first_loop();
}

LoopContext& PluginInstance::loop_of(const session::Session& session) const noexcept {
  return *runtime_.loop_of(session.id());
}

session::Session* PluginInstance::find(const LoopContext& loop, session::SessionId id) noexcept {
  session::Session* const session = loop.table.find(id);
  return session && !session->has_ended() && &session->settings().handler == this ? session
                                                                                  : nullptr;
}

template <class Body>
bool PluginInstance::timed(LoopContext& loop, Callback callback, const char* what, uint64_t message,
                           Body&& body) {
  CallTimes& times = loop.row.counts(place_).callbacks[static_cast<size_t>(callback)];
  const CallTimer timer(times);
  const Entered entered(suspect_, what, message);
  if (guarded(faults(), what, body)) return true;
  times.failures.add(1);
  return false;
}

// An exception of one session's callback ends that session.
template <class Body>
void PluginInstance::call(session::Session& session, Callback callback, const char* what,
                          uint64_t message, Body&& body) {
  LoopContext& loop = loop_of(session);
  const Acting acting(loop.acting, session.id());
  if (timed(loop, callback, what, message, body)) return;
  session.tell("had an exception in", what);
  session.close(protocol::kInternalError, {});
}

bool PluginInstance::on_open(session::Session& session, const session::OpenRequest& request) {
  const auto& stored = static_cast<const StoredRequest&>(request);
  wsp_status status = WSP_E_FAILED;
  const wsp_request& seen = stored.view();
  const uint64_t address = message_digest(view(seen.query)) ^ message_digest(view(seen.path));
  (void)timed(loop_of(session), Callback::open, "on_open", address, [&] {
    if (is_switched_off() || !admit(session, stored.rights())) return;
    const Acting acting(loop_of(session).acting, session.id());
    status = table_.on_open(self_, session.id(), &seen, &session.user_state);
  });
  if (status == WSP_OK) return true;
  PluginSession::end(session, loop_of(session));
  return false;
}

bool PluginInstance::admit(session::Session& session, const Rights& rights) {
  if (rights.user.empty()) watch_guest(*this, session);
  if (rights.are_plain()) return true;
  PluginSession::of(session, *this).rights = std::make_unique<const Rights>(rights);
  watch_expiry(*this, session);
  return subscribe_user(session, rights.user);
}

// Nobody who can't be told to go is let in.
bool PluginInstance::subscribe_user(session::Session& session, std::string_view user) {
  if (user.empty()) return true;
  const channel::BusStatus status = loop_of(session).fan_out.subscribe(
      PluginSession::of(session, *this).subscriber,
      user_channel(config_.channel_namespace, config_.location, user));
  if (status == channel::BusStatus::ok) return true;
  if (refusals_.is_due(loop_of(session).loop.now_ms()))
    log_line(base::LogLevel::error, status == channel::BusStatus::full
                                        ? "the channels' state has no room for another user"
                                        : "the channels' state cannot be used");
  return false;
}

void PluginInstance::on_message(session::Session& session, protocol::Opcode opcode,
                                std::string_view payload) {
  if (!table_.on_message || is_switched_off()) return;
  LoopContext& loop = loop_of(session);
  if (opcode == protocol::Opcode::text) loop.checked_text = payload;
  const wsp_message message{sizeof(wsp_message), to_abi(opcode), lend(payload)};
  call(session, Callback::message, "on_message", message_digest(payload),
       [&] { table_.on_message(session.user_state, &message); });
  loop.checked_text = {};
}

void PluginInstance::on_drain(session::Session& session) {
  if (!table_.on_drain || is_switched_off()) return;
  call(session, Callback::drain, "on_drain", 0, [&] { table_.on_drain(session.user_state); });
}

void PluginInstance::on_close(session::Session& session, uint16_t code, std::string_view reason) {
  LoopContext& loop = loop_of(session);
  PluginSession::end(session, loop);
  if (!table_.on_close || is_switched_off()) return;
  const Acting acting(loop.acting, session.id());
  (void)timed(loop, Callback::close, "on_close", 0,
              [&] { table_.on_close(session.user_state, code, lend(reason)); });
}

bool PluginInstance::shape(const channel::Event& event, channel::WireMessage& wire) noexcept {
  if (is_switched_off()) return false;
  switch (event.kind) {
    case channel::Event::Kind::message:
      return shape_message(event, wire);
    case channel::Event::Kind::joined:
    case channel::Event::Kind::left:
      return shape_change(event, wire);
    case channel::Event::Kind::gap:
      return shape_gap(event, wire);
    case channel::Event::Kind::control:
      break;
  }
  return false;
}

bool PluginInstance::shape_message(const channel::Event& event,
                                   channel::WireMessage& wire) noexcept {
  if (!table_.on_deliver || is_user_channel(event.channel.view())) return true;
  Delivery delivery(event, wire);
  std::optional<KeepPlain> keep_plain;
  if (!event.type.may_compress)
    if (LoopContext* const loop = runtime_.current_loop()) keep_plain.emplace(*loop, true);
  bool deliver = false;
  const bool intact =
      timed(current_loop(), Callback::deliver, "on_deliver", message_digest(wire.payload),
            [&] { deliver = table_.on_deliver(self_, delivery.table()) == WSP_OK; });
  return intact && deliver;
}

bool PluginInstance::shape_change(const channel::Event& event,
                                  channel::WireMessage& wire) noexcept {
  if (!on_presence_ || !event.member) return false;
  Delivery delivery(event, wire);
  const channel::Member& who = *event.member;
  const wsp_member member{sizeof(wsp_member), who.session_count, lend(who.key), lend(who.info)};
  const bool joined = event.kind == channel::Event::Kind::joined;
  const bool intact =
      timed(current_loop(), Callback::presence, "a presence callback", message_digest(who.key),
            [&] { on_presence_(presence_self_, &member, joined ? 1 : 0, delivery.table()); });
  return intact && delivery.is_replaced();
}

void PluginInstance::end_switched_off(LoopContext& loop) {
  if (!is_switched_off()) return;
  loop.timers.remove_all(this);
  loop.table.for_each([this](session::Session& session) {
    if (&session.settings().handler == this) session.close(protocol::kInternalError, {});
  });
}

// A user's channel has no history: nobody can make up for what was lost there.
// An order to end the user's sessions may be among it.
bool PluginInstance::may_miss(std::string_view channel) const noexcept {
  return !is_user_channel(channel);
}

bool PluginInstance::shape_gap(const channel::Event& event, channel::WireMessage& wire) noexcept {
  if (!on_gap_) return false;
  Delivery delivery(event, wire);
  const bool intact = timed(current_loop(), Callback::presence, "a gap callback", 0,
                            [&] { on_gap_(gap_self_, delivery.table()); });
  return intact && delivery.is_replaced();
}

}  // namespace ws::plugin
