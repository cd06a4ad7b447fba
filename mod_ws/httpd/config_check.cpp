// Directives that contradict each other.
#include "httpd/config_check.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdarg>

#include "httpd/configuration.h"
#include "plugin/engine.h"
#include "session/session_settings.h"

namespace ws::httpd {

namespace {

// httpd reads its configuration twice when it starts.
bool is_told_now() noexcept {
  return ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST ||
         ap_state_query(AP_SQ_MAIN_STATE) != AP_SQ_MS_CREATE_PRE_CONFIG;
}

class Warnings {
 public:
  Warnings(apr_pool_t* pool, const PluginBinding& binding)
      : pool_(pool), server_(binding.server), place_(binding.place) {}
  Warnings(apr_pool_t* pool, const server_rec* s) : pool_(pool), server_(s) {}

  __attribute__((format(printf, 2, 3))) void add(const char* format, ...) const {
    va_list arguments;
    va_start(arguments, format);
    const char* const text = apr_pvsprintf(pool_, format, arguments);
    va_end(arguments);
    if (place_.line != 0) {
      ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, server_, "%s:%u: %s", place_.file,
                   place_.line, text);
    } else {
      ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, server_, "%s", text);
    }
  }

 private:
  apr_pool_t* const pool_;
  const server_rec* const server_;
  const ConfigPlace place_;
};

// Each loop has its share of a process's memory.
size_t share(int64_t configured, size_t otherwise, int64_t loops) noexcept {
  const size_t all = configured == kUnset ? otherwise : static_cast<size_t>(configured);
  return all / static_cast<size_t>(std::max<int64_t>(loops, 1));
}

void check_section(const Warnings& warnings, const DirectoryConfig& config,
                   const ServerConfig& global) {
  const session::SessionLimits limits = config.limits();
  const plugin::EngineSettings defaults;
  const size_t receive = share(global.receive_memory, defaults.receive_memory, global.loops);
  if (limits.read.max_message_size > receive)
    warnings.add("WebSocketMaxMessageSize %" APR_UINT64_T_FMT
                 " is more than a loop's share of "
                 "WebSocketReceiveMemory, %" APR_UINT64_T_FMT
                 ": a message of that size never arrives. Raise "
                 "WebSocketReceiveMemory, or lower WebSocketMaxMessageSize",
                 apr_uint64_t{limits.read.max_message_size}, apr_uint64_t{receive});
  const size_t send = share(global.send_memory, defaults.send_memory, global.loops);
  if (limits.send_queue > send)
    warnings.add("WebSocketSendQueue %" APR_UINT64_T_FMT
                 " is more than a loop's share of WebSocketSendMemory, "
                 "%" APR_UINT64_T_FMT
                 ": one slow client is cut off before its queue is full. Raise "
                 "WebSocketSendMemory, or lower WebSocketSendQueue",
                 apr_uint64_t{limits.send_queue}, apr_uint64_t{send});
  if (config.frame_timeout_ms != kUnset && limits.frame_timeout_ms > limits.message_timeout_ms)
    warnings.add(
        "WebSocketFrameTimeout is longer than WebSocketMessageTimeout, which ends it "
        "before: lower WebSocketFrameTimeout to %u ms or less, or raise "
        "WebSocketMessageTimeout",
        limits.message_timeout_ms);
  if (limits.ping_interval_ms == 0 && config.pong_timeout_ms != kUnset)
    warnings.add(
        "WebSocketPongTimeout says nothing with WebSocketPingInterval off: remove one of "
        "them");
  if (config.authorize_timeout_ms != kUnset && !config.authorize)
    warnings.add("WebSocketAuthorizeTimeout says nothing without a WebSocketAuthorize");
}

void check_server(const Warnings& warnings, const ServerConfig& global, apr_pool_t* ptemp) {
  rlimit descriptors{};
  const auto most = static_cast<uint64_t>(std::max<int64_t>(global.max_connections, 0));
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && most > descriptors.rlim_cur)
    warnings.add("WebSocketMaxConnections %" APR_UINT64_T_FMT " is more than the %" APR_UINT64_T_FMT
                 " file descriptors of a child "
                 "process: raise them (ulimit -n, or LimitNOFILE= in systemd's unit), or lower it",
                 apr_uint64_t{most}, apr_uint64_t{descriptors.rlim_cur});
  const channel::LmdbSettings state = global.state(ptemp);
  if (global.history_max_bytes != kUnset && state.history_bytes > state.size)
    warnings.add("WebSocketHistoryMaxBytes %" APR_UINT64_T_FMT
                 " is more than WebSocketStateSize %" APR_UINT64_T_FMT
                 ": raise "
                 "WebSocketStateSize, or lower it",
                 apr_uint64_t{state.history_bytes}, apr_uint64_t{state.size});
}

}  // namespace

void warn_of_contradictions(apr_pool_t* ptemp, server_rec* main_server) {
  const ServerConfig& global = *server_config(main_server);
  if (!global.bindings || !is_told_now()) return;
  check_server(Warnings(ptemp, main_server), global, ptemp);
  for (const PluginBinding* one = global.bindings; one; one = one->next) {
    // What stands beside it in the virtual host holds for it, too.
    void* const host = directory_config(one->server->lookup_defaults);
    void* const own = const_cast<DirectoryConfig*>(one->section);
    const auto& merged = *static_cast<const DirectoryConfig*>(
        host == own ? own : merge_directory_config(ptemp, host, own));
    check_section(Warnings(ptemp, *one), merged, global);
  }
}

}  // namespace ws::httpd
