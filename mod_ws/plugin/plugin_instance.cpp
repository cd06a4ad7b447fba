// One plugin at work for one Location: its life, handshakes and settings.
#include "plugin/plugin_instance.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "plugin/bytes.h"
#include "plugin/call_timer.h"
#include "plugin/guard.h"
#include "plugin/host_api.h"
#include "plugin/plugin_config.h"
#include "protocol/subprotocol.h"
#include "session/session.h"

namespace ws::plugin {

namespace {

constexpr size_t kMaxLogText = 2000;

std::vector<std::string_view> subprotocols(const wsp_plugin& plugin) {
  std::vector<std::string_view> names;
  for (const char* const* name = plugin.subprotocols; name && *name; ++name)
    names.emplace_back(*name);
  return names;
}

// The same in all processes that have this instance.
DeathRecord* record_of(const InstanceConfig& config, const Runtime& runtime) noexcept {
  if (!runtime.deaths()) return nullptr;
  uint64_t key = digest(config.library->name());
  key = digest(config.location, key);
  key = digest(config.channel_namespace, key);
  for (const PluginOption& option : config.options)
    key = digest(option.value, digest(option.name, key));
  return runtime.deaths()->record(key);
}

}  // namespace

PluginInstance::PluginInstance(InstanceConfig config, Runtime& runtime)
    : config_(std::move(config)),
      table_(config_.library->table()),
      runtime_(runtime),
      place_(runtime.statistics().place_of(config_.channel_namespace, config_.location,
                                           config_.library->name())),
      suspect_{std::string(config_.library->name()), config_.location, record_of(config_, runtime)},
      host_(make_host(*this)) {}

PluginInstance::~PluginInstance() = default;

void PluginInstance::log_line(base::LogLevel level, std::string_view text) const noexcept {
  if (!log().enabled(level)) return;
  (void)guarded(log(), "the log", [&] {
    log().write(level, "plugin " + std::string(config_.library->name()) + ": " +
                           base::escaped(text, kMaxLogText));
  });
}

bool PluginInstance::create() {
  if (is_switched_off()) return end_creating(Life::over), false;
  wsp_status status = WSP_OK;
  if (table_.create) {
    const PluginConfig config(config_.location, config_.options);
    status = WSP_E_FAILED;
    (void)guarded(faults(), "create", [&] {
      const Entered entered(suspect_, "create");
      status = table_.create(&host_, &config.view(), &self_);
    });
  }
  end_creating(status == WSP_OK ? Life::ready : Life::over);
  if (status == WSP_OK) return true;
  log_line(base::LogLevel::error, "create failed with status " + std::to_string(status) + " for " +
                                      config_.location +
                                      ": its sessions are refused in this process");
  return false;
}

void PluginInstance::end_creating(Life life) {
  std::vector<std::function<void(bool)>> deferred;
  {
    const std::lock_guard lock(life_mutex_);
    life_ = life;
    deferred.swap(deferred_);
  }
  for (const auto& f : deferred) f(life == Life::ready);
}

void PluginInstance::after_create(std::function<void(bool)> f) {
  bool ready = false;
  {
    const std::lock_guard lock(life_mutex_);
    if (life_ == Life::creating) return deferred_.push_back(std::move(f));
    ready = life_ == Life::ready;
  }
  f(ready);
}

bool PluginInstance::is_creating() noexcept {
  const std::lock_guard lock(life_mutex_);
  return life_ == Life::creating;
}

bool PluginInstance::listen_to_presence(wsp_presence_fn fn, void* self) noexcept {
  const std::lock_guard lock(life_mutex_);
  if (life_ != Life::creating) return false;
  on_presence_ = fn;
  presence_self_ = self;
  return true;
}

bool PluginInstance::listen_for_gaps(wsp_gap_fn fn, void* self) noexcept {
  const std::lock_guard lock(life_mutex_);
  if (life_ != Life::creating) return false;
  on_gap_ = fn;
  gap_self_ = self;
  return true;
}

void PluginInstance::announce_stop() noexcept {
  if (!table_.on_stopping || is_switched_off()) return;
  const Entered entered(suspect_, "on_stopping");
  (void)guarded(faults(), "on_stopping", [&] { table_.on_stopping(self_); });
}

void PluginInstance::destroy() noexcept {
  {
    const std::lock_guard lock(life_mutex_);
    if (std::exchange(life_, Life::over) != Life::ready) return;
  }
  if (!table_.destroy || is_switched_off()) return;
  const Entered entered(suspect_, "destroy");
  (void)guarded(faults(), "destroy", [&] { table_.destroy(self_); });
}

const session::SessionSettings& PluginInstance::settings(const session::SessionLimits& limits,
                                                         base::Log& log, session::EndLog* ends) {
  session::SessionLimits own = limits;
  if (table_.accepts != 0) {
    own.accepts_text = own.accepts_text && (table_.accepts & WSP_ACCEPT_TEXT) != 0;
    own.accepts_binary = own.accepts_binary && (table_.accepts & WSP_ACCEPT_BINARY) != 0;
  }
  const std::lock_guard lock(settings_mutex_);
  for (const auto& known : settings_)
    if (known.limits == own && &known.log == &log) return known;
  settings_.push_back({own, *this, log, std::string(config_.library->name()), place_, ends});
  return settings_.back();
}

HandshakeDecision PluginInstance::handshake(StoredRequest& request,
                                            std::span<const std::string_view> offered) {
  const auto ours = subprotocols(table_);
  const std::string_view chosen = protocol::select_subprotocol(offered, ours);
  request.set_subprotocol(chosen);
  HandshakeAnswer answer(offered, chosen);
  wsp_status status = WSP_OK;
  if (table_.on_handshake) {
    status = WSP_E_FAILED;
    CallTimes& times = runtime_.first_loop().row.counts(place_).callbacks[static_cast<size_t>(
        Callback::handshake)];
    const CallTimer timer(times, CallTimer::Writer::any);
    const wsp_request& seen = request.view();
    const Entered entered(suspect_, "on_handshake",
                          message_digest(view(seen.query)) ^ message_digest(view(seen.path)));
    const bool intact = guarded(faults(), "on_handshake", [&] {
      status = table_.on_handshake(self_, &seen, answer.table());
    });
    if (!intact) times.failures.add_shared(1);
  }
  HandshakeDecision decision = std::move(answer).decide(status);
  request.set_subprotocol(decision.subprotocol);
  return decision;
}

}  // namespace ws::plugin
