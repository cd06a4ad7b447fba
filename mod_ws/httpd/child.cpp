// What a child process has.
#include "httpd/child.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "httpd/guard.h"
#include "httpd/mpm.h"
#include "httpd/plugin_check.h"
#include "httpd/state.h"
#include "httpd/stop_later.h"
#include "protocol/close_code.h"

namespace ws::httpd {

namespace {

// Descriptors left for httpd itself: listeners, logs, its own connections, files.
constexpr size_t kReservedDescriptors = 256;

// On a stop httpd complains of a child after 3 s and kills it after 9 (mpm_unix.c).
constexpr uint32_t kStopWaitMs = 2'000;
constexpr plugin::StopPlan kStop{
    .code = protocol::kGoingAway, .spread_ms = 0, .wait_ms = kStopWaitMs};

// httpd tells its children that others take over, and they hear it within this time.
constexpr uint64_t kToldMs = 5'000;

// Bytes of lines that wait for a log that is slower than they come.
constexpr size_t kLogQueue = size_t{1} << 20;

// How long the end waits for such a log.
constexpr uint32_t kLogWaitMs = 1'000;

constexpr int64_t kDefaultDrainMs = 30'000;
constexpr uint32_t kDrainWaitMs = 5'000;

// Others serve: nobody is in a hurry.
plugin::StopPlan drain_plan(const ServerConfig& config) noexcept {
  const int64_t ms = config.drain_ms == kUnset ? kDefaultDrainMs : config.drain_ms;
  return {.code = protocol::kServiceRestart,
          .spread_ms = ms == 0 ? plugin::StopPlan::kUntilTheyLeave : static_cast<uint32_t>(ms),
          .wait_ms = kDrainWaitMs};
}

std::string duration_text(const plugin::StopPlan& plan) {
  if (plan.spread_ms == plugin::StopPlan::kUntilTheyLeave) return "stay until they end";
  return "are closed within " + std::to_string(plan.spread_ms) + " ms";
}

size_t descriptor_limit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 1'000'000;
  const auto all = static_cast<size_t>(limit.rlim_cur);
  return all > 2 * kReservedDescriptors ? all - kReservedDescriptors : all / 2;
}

plugin::EngineSettings engine_settings(const ServerConfig& config, uint16_t process) {
  plugin::EngineSettings settings;
  if (config.loops != kUnset) settings.loops = static_cast<unsigned>(config.loops);
  if (config.send_memory != kUnset) settings.send_memory = static_cast<size_t>(config.send_memory);
  if (config.receive_memory != kUnset)
    settings.receive_memory = static_cast<size_t>(config.receive_memory);
  settings.process = process;
  settings.statistics = config.statistics;
  settings.generation = static_cast<uint64_t>(mpm::query(AP_MPMQ_GENERATION));
  settings.watchdog = config.watchdog;
  settings.deaths = config.deaths;
  return settings;
}

plugin::InstanceConfig instance_config(const DirectoryConfig& config, const server_rec* s) {
  return {*config.plugin->library, config.plugin->location, effective_options(config.options),
          channel_namespace(s),    config.rules(),          config.tokens};
}

}  // namespace

Child::Child(server_rec* s)
    : main_server_(s),
      log_queue_(kLogQueue),
      max_connections_(descriptor_limit()),
      detacher_([this](session::SessionStart start) { engine_->adopt(std::move(start)); }),
      handshakes_(server_config(s)->handshake_rate) {
  logs_.emplace_back(s, log_queue_);
  const int64_t configured = server_config(s)->max_connections;
  if (configured != kUnset)
    max_connections_ = std::min(max_connections_, static_cast<size_t>(configured));
}

std::unique_ptr<Child> Child::create(server_rec* s) {
  std::unique_ptr<Child> child(new Child(s));
  if (!child->start_engine()) return nullptr;
  child->make_configured_instances();
  return child;
}

bool Child::start_engine() {
  ChildBus channels = open_bus(main_server_, main_log(), clock_);
  if (!channels.bus) return false;
  engine_ = std::make_unique<plugin::Engine>(
      engine_settings(*server_config(main_server_), channels.process), main_log(), clock_,
      std::move(channels.bus));
  stop_signals_.emplace(*engine_, kStopWaitMs);
  stop_signals_->listen();
  if (!mpm::is_one_process()) orphan_watch_.emplace(main_log(), [this] { end_as_orphan(); });
  return true;
}

Child::~Child() {
  guarded(main_server_, false, [this] { return end_engine(), true; });
  if (!stop_logs()) _exit(0);
}

bool Child::stop_logs() noexcept {
  bool stopped = true;
  for (HostLog& host : logs_)
    if (host.connections) stopped = host.connections->stop(kLogWaitMs) && stopped;
  return log_queue_.stop(kLogWaitMs) && stopped;
}

void Child::end_engine() {
  tell_missed(refusal_lines_.missed(), base::LogLevel::info, main_log());
  tell_missed(fault_lines_.missed(), base::LogLevel::warning, main_log());
  if (!engine_) return;
  mpm::mark_threads_as_dead();
  // Unless it was told before: a child that is sick.
  engine_->drain({.code = protocol::kServiceRestart, .spread_ms = 0, .wait_ms = kStopWaitMs});
  while (!engine_->drained_within(1000)) make_room();
  if (!engine_->stop(kStop)) {
    main_log().write(base::LogLevel::error, "a plugin did not return within " +
                                                std::to_string(kStopWaitMs / 1000) +
                                                " s of this process's end: it is cut off");
    // What the stuck thread uses must not be unloaded under it.
    (void)log_queue_.wait_written(kLogWaitMs);
    _exit(0);
  }
  orphan_watch_.reset();
  stop_signals_.reset();
  engine_.reset();
}

// Nobody will ever replace this process: its clients find others, or nobody.
void Child::end_as_orphan() {
  // On the way to its end it may be the last.
  const bool is_expected = engine_->drain_state().drains;
  main_log().write(is_expected ? base::LogLevel::info : base::LogLevel::error,
                   "httpd's parent process is gone: this one closes its " +
                       std::to_string(engine_->session_count()) + " WebSockets and ends");
  engine_->hurry(kStop.code, kStop.wait_ms);
  engine_->drain(kStop);
  while (!engine_->drained_within(100)) {
  }
  (void)log_queue_.wait_written(kLogWaitMs);
  _exit(0);
}

// The pages of the site come first: without a free place no child can serve them.
void Child::make_room() {
  if (hurries_ || !mpm::is_full()) return;
  hurries_ = true;
  // At a graceful stop, too, where it does no harm.
  main_log().write(mpm::has_newer_generation() ? base::LogLevel::warning : base::LogLevel::info,
                   "no place is left for new child processes: this old one closes its " +
                       std::to_string(engine_->session_count()) + " WebSockets at once; raise " +
                       (mpm::is_threaded() ? "ServerLimit" : "MaxRequestWorkers"));
  engine_->hurry(protocol::kServiceRestart, kStopWaitMs);
}

// A plugin that can't start is reported when the server does, not by its first client.
void Child::make_configured_instances() {
  for (const PluginBinding* one = server_config(main_server_)->bindings; one; one = one->next)
    if (!engine_->instance(instance_config(*one->section, one->server)))
      ap_log_error(APLOG_MARK, APLOG_ERR, 0, one->server,
                   "WebSocketPlugin %s (%s:%u) did not start: its Location answers 503", one->name,
                   one->place.file, one->place.line);
}

Child::HostLog& Child::logs_of(server_rec* s) {
  const auto same = [s](const HostLog& log) { return log.direct.server() == s; };
  {
    const std::shared_lock lock(logs_mutex_);
    const auto found = std::ranges::find_if(logs_, same);
    if (found != logs_.end()) return *found;
  }
  const std::unique_lock lock(logs_mutex_);
  const auto found = std::ranges::find_if(logs_, same);
  return found != logs_.end() ? *found : logs_.emplace_back(s, log_queue_);
}

bool Child::endpoint(server_rec* s, const DirectoryConfig& config, Endpoint& found) {
  found.instance = engine_->instance(instance_config(config, s));
  if (!found.instance) return false;
  HostLog& logs = logs_of(s);
  found.settings = &found.instance->settings(config.limits(), logs.queued,
                                             logs.connections ? &*logs.connections : nullptr);
  return true;
}

void Child::count_refusal(server_rec* s, const PluginBinding& plugin, int status) noexcept {
  const uint32_t place = engine_->statistics().place_of(channel_namespace(s), plugin.location,
                                                        (**plugin.library).name());
  counters().counts(place).refused.at(plugin::refusal_kind(status)).add_shared(1);
}

// httpd may let a request of an old child end after others have taken over. But its event MPM tells
// as many children as there should be, and has one too many when one that drained was killed: who
// is not told goes on listening, so that it must go on serving.
bool Child::is_replaced() noexcept {
  if (!mpm::has_newer_generation()) return false;
  const uint64_t now = clock_.now_ms();
  uint64_t since = 0;
  if (replaced_since_ms_.compare_exchange_strong(since, now)) since = now;
  if (now - since < kToldMs || engine_->drain_state().drains) return true;
  if (forgotten_.exchange(true)) return false;
  stop_signals_->listen();
  main_log().write(base::LogLevel::warning,
                   "httpd has restarted without telling this process, which goes on serving with "
                   "the old configuration: only apachectl stop ends it");
  return false;
}

Child::Room Child::room(session::Seat& seat) {
  if (is_replaced()) return Room::stopping;
  if (!handshakes_.take(clock_.now_ms())) return Room::too_fast;
  seat = engine_->reserve(max_connections_);
  if (!seat) return Room::full;
  const bool has_log = log_queue_.start();
  if (!engine_->start() || !has_log) return Room::stopping;
  if (orphan_watch_) orphan_watch_->start();
  return Room::yes;
}

base::LogLevel Child::level_of(Limit limit) noexcept {
  return warnings_[static_cast<size_t>(limit)].is_due(clock_.now_ms()) ? base::LogLevel::warning
                                                                       : base::LogLevel::info;
}

bool Child::refusal_line_is_due(request_rec* r, int level) noexcept {
  if (!APLOG_R_IS_LEVEL(r, level)) return false;
  if (APLOG_R_IS_LEVEL(r, APLOG_DEBUG)) return true;
  const StopLater stop_later;  // for the locks
  base::LineQuota& lines = level == APLOG_INFO ? refusal_lines_ : fault_lines_;
  const base::LineQuota::Turn turn = lines.take(clock_.now_ms());
  tell_missed(turn.missed, level == APLOG_INFO ? base::LogLevel::info : base::LogLevel::warning,
              logs_of(r->server).queued);
  return turn.due;
}

void Child::tell_missed(uint64_t lines, base::LogLevel level, base::Log& log) noexcept {
  if (lines > 0) log.write(level, std::to_string(lines) + " more requests were refused");
}

void Child::begin_stop(bool graceful) noexcept {
  // To prefork a signal is a stop, and anything else a restart or retirement.
  const bool others_serve =
      mpm::is_threaded() ? graceful : !StopSignals::came() && !mpm::is_one_process();
  guarded(main_server_, false, [&] {
    stop_signals_->listen();
    if (others_serve) {
      mpm::mark_as_draining();
      const plugin::StopPlan plan = drain_plan(*server_config(main_server_));
      if (const size_t sessions = engine_->session_count(); sessions > 0)
        main_log().write(base::LogLevel::info, "this process ends while others serve: its " +
                                                   std::to_string(sessions) + " WebSockets " +
                                                   duration_text(plan));
      engine_->drain(plan);
    } else {
      engine_->hurry(kStop.code, kStop.wait_ms);
      engine_->drain(kStop);
    }
    return true;
  });
}

}  // namespace ws::httpd
