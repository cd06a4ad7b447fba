// wsp.timer/1: something to do later.
#include "plugin/timer_api.h"

#include "plugin/host_call.h"

namespace ws::plugin {

namespace {

using session::Session;

// The plugin's own timer: on the first loop, and not before create() has returned.
wsp_status start_own(PluginInstance& instance, const LoopTimers::Request& request,
                     wsp_timer& timer) {
  Runtime& runtime = instance.runtime();
  LoopContext& loop = runtime.first_loop();
  if (loop.loop.is_current()) {
    timer = loop.timers.make(request);
    loop.timers.schedule(timer);
    return WSP_OK;
  }
  if (!instance.is_creating() && !runtime.start_threads()) return WSP_E_FAILED;
  timer = loop.timers.make(request);
  instance.after_create([&runtime, &loop, id = timer](bool created) {
    if (!created || !runtime.start_threads()) {
      loop.timers.stop(id);
      return;
    }
    loop.loop.post([&loop, id] { loop.timers.schedule(id); });
  });
  return WSP_OK;
}

wsp_status start_for(PluginInstance& instance, wsp_session session,
                     const LoopTimers::Request& request, wsp_timer& timer) {
  LoopContext* const loop = instance.runtime().loop_of(session);
  if (!loop || !loop->table.is_alive(session)) return WSP_E_GONE;
  const wsp_timer id = loop->timers.make(request);
  const auto begin = [&instance, id](LoopContext& own, Session& s) -> wsp_status {
    if (!s.is_open()) {
      own.timers.stop(id);
      return WSP_E_GONE;
    }
    PluginSession::of(s, instance).add_timer(id, own.timers);
    own.timers.schedule(id);
    return WSP_OK;
  };
  if (loop->loop.is_current()) {
    Session* const own = instance.find(*loop, session);
    const wsp_status status = own ? begin(*loop, *own) : WSP_E_GONE;
    if (status == WSP_OK) {
      timer = id;
    } else {
      loop->timers.stop(id);
    }
    return status;
  }
  timer = id;
  loop->loop.post([&instance, loop, session, id, begin] {
    if (Session* const own = instance.find(*loop, session)) {
      (void)begin(*loop, *own);
    } else {
      loop->timers.stop(id);
    }
  });
  return WSP_OK;
}

wsp_status start(const wsp_host* host, wsp_session session, uint32_t delay_ms, uint32_t repeat_ms,
                 wsp_timer_fn fn, void* arg, wsp_timer* timer) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!fn || !timer) return WSP_E_INVALID;
    const LoopTimers::Request request{&instance, delay_ms, repeat_ms,        fn,
                                      arg,       session,  instance.place(), &instance.suspect()};
    return session == 0 ? start_own(instance, request, *timer)
                        : start_for(instance, session, request, *timer);
  });
}

wsp_status stop(const wsp_host* host, wsp_timer timer) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    LoopContext* const loop = instance.runtime().loop_at(LoopTimers::index_of(timer));
    return loop && loop->timers.stop(timer) ? WSP_OK : WSP_E_GONE;
  });
}

}  // namespace

const wsp_timer_1& timer_table() noexcept {
  static constexpr wsp_timer_1 kTable = {sizeof(wsp_timer_1), start, stop};
  return kTable;
}

}  // namespace ws::plugin
