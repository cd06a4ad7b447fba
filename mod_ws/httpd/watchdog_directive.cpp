// WebSocketWatchdog: parsing and checking of its arguments.
#include "httpd/watchdog_directive.h"

#include "httpd/configuration.h"

namespace {

constexpr int64_t kLeastMs = 100;
constexpr int64_t kMostMs = 3'600'000;

}  // namespace

const char* ws_set_watchdog(cmd_parms* cmd, void*, const char* time, const char* abort) {
  if (const char* const error = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return error;
  ws::plugin::WatchdogSettings& settings = ws::httpd::global_config()->watchdog;
  if (apr_strnatcasecmp(time, "off") == 0) {
    settings = {0, false};
    return abort ? apr_psprintf(cmd->pool, "%s: nothing follows \"off\"", cmd->cmd->name) : nullptr;
  }
  apr_interval_time_t interval = 0;
  const apr_status_t status = ap_timeout_parameter_parse(time, &interval, "s");
  const int64_t ms = interval / 1000;
  if (status != APR_SUCCESS || ms < kLeastMs || ms > kMostMs)
    return apr_psprintf(cmd->pool,
                        "%s: \"%s\" is not a time from 100ms to 1h, such as \"10s\", nor \"off\"",
                        cmd->cmd->name, time);
  if (abort && apr_strnatcasecmp(abort, "abort") != 0)
    return apr_psprintf(cmd->pool, "%s: only \"abort\" may follow the time, not \"%s\"",
                        cmd->cmd->name, abort);
  settings = {static_cast<uint32_t>(ms), abort != nullptr};
  return nullptr;
}
