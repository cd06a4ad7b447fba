// What a session has beyond its messages: rights, channels and timers. Made when first needed.
#pragma once

#include <memory>
#include <vector>

#include "channel/subscriber.h"
#include "plugin/loop_context.h"
#include "plugin/rights.h"
#include "session/session.h"
#include "wsp/extensions.h"

namespace ws::plugin {

// [session]
class PluginSession final : public session::Attachment {
 public:
  PluginSession(session::Session& session, channel::Shaper& shaper) noexcept
      : subscriber(session, shaper) {}

  [[nodiscard]] static PluginSession& of(session::Session& session, channel::Shaper& shaper) {
    if (!session.attachment) session.attachment = std::make_unique<PluginSession>(session, shaper);
    return static_cast<PluginSession&>(*session.attachment);
  }

  [[nodiscard]] static const Rights* rights_of(const session::Session& session) noexcept {
    if (!session.attachment) return nullptr;
    return static_cast<const PluginSession&>(*session.attachment).rights.get();
  }

  // It ends with the session.
  void add_timer(wsp_timer timer, const LoopTimers& all) {
    if (timers_.size() == timers_.capacity()) all.prune(timers_);
    timers_.push_back(timer);
  }

  // Before on_close: nothing of the session's reaches the plugin afterwards.
  static void end(session::Session& session, LoopContext& loop) {
    if (!session.attachment) return;
    auto& self = static_cast<PluginSession&>(*session.attachment);
    for (const wsp_timer timer : self.timers_) loop.timers.stop(timer);
    self.timers_.clear();
    loop.fan_out.end(self.subscriber);
  }

  channel::Subscriber subscriber;
  std::unique_ptr<const Rights> rights;  // null: plain ones

 private:
  std::vector<wsp_timer> timers_;
};

}  // namespace ws::plugin
