// What a child process has: its loops, its plugin instances, the way out of httpd.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <shared_mutex>

#include "base/clock.h"
#include "base/line_quota.h"
#include "base/log_queue.h"
#include "base/once_per.h"
#include "httpd/configuration.h"
#include "httpd/connection_log.h"
#include "httpd/detach.h"
#include "httpd/fatal_signals.h"
#include "httpd/httpd_log.h"
#include "httpd/orphan_watch.h"
#include "httpd/stop_signals.h"
#include "httpd/timed_servers.h"
#include "plugin/engine.h"
#include "session/shared_rate.h"

namespace ws::httpd {

// Built in child_init; its end stops everything.
class Child {
 public:
  // s: the main server. Null: the log says why; this child then serves no WebSockets.
  [[nodiscard]] static std::unique_ptr<Child> create(server_rec* s);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // A plugin at work under one merged configuration of one virtual host.
  struct Endpoint {
    plugin::PluginInstance* instance;
    const session::SessionSettings* settings;
  };
  // [worker] False: the plugin's create() failed.
  [[nodiscard]] bool endpoint(server_rec* s, const DirectoryConfig& config, Endpoint& found);

  // [worker] Whether another connection may come, which then has the seat; starts the loops with
  // the first.
  enum class Room : uint8_t { yes, full, too_fast, stopping };
  [[nodiscard]] Room room(session::Seat& seat);

  // Of connections.
  enum class Limit : uint8_t { child, rate, address, user, location };
  // [any] Of the log line that one was refused: a warning now and then, however many there are.
  [[nodiscard]] base::LogLevel level_of(Limit limit) noexcept;

  // [any] Of this process, not of a loop.
  [[nodiscard]] const plugin::Row& counters() const noexcept { return engine_->row(); }
  // [any] Where it counts: all processes' memory, or its own when there is none.
  [[nodiscard]] plugin::Statistics& statistics() const noexcept { return engine_->statistics(); }
  // [worker] A handshake in this Location gets this status.
  void count_refusal(server_rec* s, const PluginBinding& plugin, int status) noexcept;

  // [any]
  [[nodiscard]] channel::Bus& bus() noexcept { return engine_->bus(); }

  [[nodiscard]] Detacher& detacher() noexcept { return detacher_; }
  [[nodiscard]] TimedServers& timed_servers() noexcept { return timed_servers_; }

  // [worker] Whether the log line of a refused request may be written; tells of those that were
  // not. level: httpd's.
  [[nodiscard]] bool refusal_line_is_due(request_rec* r, int level) noexcept;

  // [any] httpd tells its end. graceful: others go on serving; prefork never says so.
  void begin_stop(bool graceful) noexcept;

 private:
  explicit Child(server_rec* s);
  [[nodiscard]] bool start_engine();
  struct HostLog;
  HostLog& logs_of(server_rec* s);
  [[nodiscard]] bool stop_logs() noexcept;
  [[nodiscard]] base::Log& main_log() noexcept { return logs_.front().queued; }
  void make_configured_instances();
  static void tell_missed(uint64_t lines, base::LogLevel level, base::Log& log) noexcept;
  void make_room();
  [[nodiscard]] bool is_replaced() noexcept;
  void end_engine();
  void end_as_orphan();

  server_rec* main_server_;
  base::MonotonicClock clock_;
  struct HostLog {
    HostLog(server_rec* s, base::LogQueue& queue) noexcept : direct(s), queued(direct, queue) {
      if (const ConnectionLogTarget* const target = server_config(s)->connection_log)
        connections.emplace(s, *target);
    }
    HttpdLog direct;
    base::QueuedLog queued;
    std::optional<ConnectionLog> connections;
  };
  base::LogQueue log_queue_;  // no thread of ours waits for a log
  FatalSignals fatal_signals_{log_queue_};
  std::shared_mutex logs_mutex_;  // guards logs_
  std::deque<HostLog> logs_;      // one per virtual host
  size_t max_connections_;
  TimedServers timed_servers_;
  base::LineQuota refusal_lines_;           // of level info
  base::LineQuota fault_lines_;             // above
  std::unique_ptr<plugin::Engine> engine_;  // borrows what is above
  std::optional<StopSignals> stop_signals_;
  std::optional<OrphanWatch> orphan_watch_;
  bool hurries_ = false;
  std::atomic<uint64_t> replaced_since_ms_ = 0;  // 0: no newer generation was seen
  std::atomic<bool> forgotten_ = false;          // by httpd, when that one came
  Detacher detacher_;
  session::SharedRate handshakes_;
  // By Limit.
  std::array<base::OncePer, 5> warnings_{base::OncePer(60'000), base::OncePer(60'000),
                                         base::OncePer(60'000), base::OncePer(60'000),
                                         base::OncePer(60'000)};
};

}  // namespace ws::httpd
