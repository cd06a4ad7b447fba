// One plugin at work for one Location: its self, its sessions' callbacks, its handshakes.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/once_per.h"
#include "channel/channel_name.h"
#include "channel/channel_rules.h"
#include "channel/shaper.h"
#include "plugin/black_box.h"
#include "plugin/handshake_answer.h"
#include "plugin/plugin_library.h"
#include "plugin/runtime.h"
#include "plugin/stored_request.h"
#include "plugin/token_verifier.h"
#include "session/session_handler.h"
#include "session/session_settings.h"
#include "wsp/extensions.h"

namespace ws::plugin {

// Equal ones share an instance.
struct InstanceConfig {
  std::shared_ptr<const PluginLibrary> library;
  std::string location;  // the <Location> that says WebSocketPlugin
  std::vector<PluginOption> options;
  std::string channel_namespace;  // its channels meet those of the same namespace only
  std::vector<channel::ChannelRule> channel_rules = {};
  const TokenVerifier* tokens = nullptr;  // borrowed; null: no WebSocketToken

  bool operator==(const InstanceConfig&) const = default;
};

// Made by Engine::instance(), which owns it.
class PluginInstance final : public session::SessionHandler, public channel::Shaper {
 public:
  // [any] Calls no plugin code. runtime: borrowed.
  PluginInstance(InstanceConfig config, Runtime& runtime);
  ~PluginInstance() override;
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;

  // [worker] Chooses a subprotocol from `offered` (the client's, in its order), asks the
  // plugin, and notes the choice in the request, which then goes into SessionStart.
  [[nodiscard]] HandshakeDecision handshake(StoredRequest& request,
                                            std::span<const std::string_view> offered);

  // [any] For SessionStart, with what the plugin accepts. Valid as long as this; equal ones are
  // one. log, ends (or null): of the sessions; borrowed, and the same two go together always.
  [[nodiscard]] const session::SessionSettings& settings(const session::SessionLimits& limits,
                                                         base::Log& log,
                                                         session::EndLog* ends = nullptr);

  [[nodiscard]] const InstanceConfig& config() const noexcept { return config_; }

  // [any] In the statistics.
  [[nodiscard]] uint32_t place() const noexcept { return place_; }
  // [any] It has ended too many processes: no callback but those under way, timers and jobs.
  [[nodiscard]] bool is_switched_off() const noexcept {
    return suspect_.record && suspect_.record->is_off();
  }

  // ---- for the engine ----

  // [main] The plugin's create(). Once; false: the log says so, and no other callback follows.
  [[nodiscard]] bool create();
  // [loop] Ends its sessions there with 1011, and its timers, if it is switched off.
  void end_switched_off(LoopContext& loop);
  // [loop] The plugin's on_stopping().
  void announce_stop() noexcept;
  // [main] The plugin's destroy(), when all its sessions, timers and jobs have ended.
  void destroy() noexcept;

  // ---- for the host calls ----

  [[nodiscard]] static PluginInstance& of(const wsp_host* host) noexcept {
    return *static_cast<PluginInstance*>(host->impl);
  }
  [[nodiscard]] Runtime& runtime() const noexcept { return runtime_; }
  [[nodiscard]] base::Log& log() const noexcept { return runtime_.log(); }
  [[nodiscard]] base::Log& faults() const noexcept { return runtime_.faults(); }
  [[nodiscard]] const Suspect& suspect() const noexcept { return suspect_; }
  [[nodiscard]] channel::FullName full_name(std::string_view channel) const noexcept {
    return {config_.channel_namespace, channel};
  }
  void log_line(base::LogLevel level, std::string_view text) const noexcept;

  // [loop] Our session of this number; null if it has ended, or isn't ours.
  [[nodiscard]] session::Session* find(const LoopContext& loop, session::SessionId id) noexcept;

  // [main], while create() runs. False: at another time.
  [[nodiscard]] bool listen_to_presence(wsp_presence_fn fn, void* self) noexcept;
  [[nodiscard]] bool listen_for_gaps(wsp_gap_fn fn, void* self) noexcept;

  // [any]
  [[nodiscard]] bool is_creating() noexcept;
  // [any] Runs f(true) as soon as create() has returned, maybe at once; f(false) if it failed.
  void after_create(std::function<void(bool created)> f);

 private:
  enum class Life : uint8_t {
    creating,  // until create() has returned
    ready,     // its callbacks may be called
    over       // create() failed, or destroy() was called
  };

  bool on_open(session::Session& session, const session::OpenRequest& request) override;
  void on_message(session::Session& session, protocol::Opcode opcode,
                  std::string_view payload) override;
  void on_drain(session::Session& session) override;
  void on_close(session::Session& session, uint16_t code, std::string_view reason) override;
  [[nodiscard]] bool shape(const channel::Event& event,
                           channel::WireMessage& wire) noexcept override;

  [[nodiscard]] bool admit(session::Session& session, const Rights& rights);
  [[nodiscard]] bool may_miss(std::string_view channel) const noexcept override;

  [[nodiscard]] bool subscribe_user(session::Session& session, std::string_view user);
  [[nodiscard]] bool shape_message(const channel::Event& event,
                                   channel::WireMessage& wire) noexcept;
  [[nodiscard]] bool shape_change(const channel::Event& event, channel::WireMessage& wire) noexcept;
  [[nodiscard]] bool shape_gap(const channel::Event& event, channel::WireMessage& wire) noexcept;
  [[nodiscard]] LoopContext& loop_of(const session::Session& session) const noexcept;
  [[nodiscard]] LoopContext& current_loop() const noexcept;
  template <class Body>
  [[nodiscard]] bool timed(LoopContext& loop, Callback callback, const char* what, uint64_t message,
                           Body&& body);
  template <class Body>
  void call(session::Session& session, Callback callback, const char* what, uint64_t message,
            Body&& body);
  void end_creating(Life life);

  const InstanceConfig config_;
  const wsp_plugin& table_;
  Runtime& runtime_;
  const uint32_t place_;
  const Suspect suspect_;
  wsp_host host_;
  void* self_ = nullptr;
  wsp_presence_fn on_presence_ = nullptr;
  void* presence_self_ = nullptr;
  wsp_gap_fn on_gap_ = nullptr;
  void* gap_self_ = nullptr;
  base::OncePer refusals_{60'000};  // told to the log

  std::mutex life_mutex_;  // guards life_ and deferred_
  Life life_ = Life::creating;
  std::vector<std::function<void(bool)>> deferred_;

  std::mutex settings_mutex_;  // guards settings_
  std::list<session::SessionSettings> settings_;
};

}  // namespace ws::plugin
