// The directives about how many may come, and how fast: parsing and checking of their arguments.
#include "httpd/limit_directives.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "httpd/configuration.h"
#include "httpd/number_text.h"

namespace ws::httpd {

struct ConnectionLimit {
  int64_t DirectoryConfig::*field;
};
const ConnectionLimit kPerAddress{&DirectoryConfig::connections_per_address};
const ConnectionLimit kPerUser{&DirectoryConfig::connections_per_user};
const ConnectionLimit kPerLocation{&DirectoryConfig::connections_per_location};

namespace {

constexpr int64_t kMostConnections = 100'000'000;
constexpr int64_t kMostRate = session::kMaxRate;
constexpr std::string_view kBurst = "burst=";

bool is_off(const char* argument) { return apr_strnatcasecmp(argument, "off") == 0; }

// 0: it is no number from 1 to `most`.
int64_t count_from(std::string_view text, int64_t most) {
  return number_from(text, 1, most).value_or(0);
}

}  // namespace

}  // namespace ws::httpd

using namespace ws::httpd;

const char* ws_set_connection_limit(cmd_parms* cmd, void* config, const char* argument) {
  const auto& limit = *static_cast<const ConnectionLimit*>(cmd->info);
  const int64_t number = is_off(argument) ? 0 : count_from(argument, kMostConnections);
  if (number == 0 && !is_off(argument))
    return apr_psprintf(cmd->pool,
                        "%s: \"%s\" is not a number from 1 to %" APR_INT64_T_FMT ", nor \"off\"",
                        cmd->cmd->name, argument, kMostConnections);
  static_cast<DirectoryConfig*>(config)->*limit.field = number;
  return nullptr;
}

const char* ws_set_handshake_rate(cmd_parms* cmd, void*, const char* number, const char* burst) {
  if (const char* const error = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return error;
  ServerConfig& global = *global_config();
  if (is_off(number)) {
    global.handshake_rate = ws::session::Rate();
    return burst ? apr_psprintf(cmd->pool, "%s: nothing follows \"off\"", cmd->cmd->name) : nullptr;
  }
  const int64_t rate = count_from(number, kMostRate);
  if (rate == 0)
    return apr_psprintf(cmd->pool,
                        "%s: \"%s\" is not a number from 1 to %" APR_INT64_T_FMT ", nor \"off\"",
                        cmd->cmd->name, number, kMostRate);
  int64_t at_once = std::min(2 * rate, kMostRate);
  if (burst) {
    const std::string_view text = burst;
    at_once = text.starts_with(kBurst) ? count_from(text.substr(kBurst.size()), kMostRate) : 0;
    if (at_once == 0)
      return apr_psprintf(cmd->pool,
                          "%s: \"%s\" is not burst= and a number from 1 to %" APR_INT64_T_FMT,
                          cmd->cmd->name, burst, kMostRate);
  }
  global.handshake_rate =
      ws::session::Rate{static_cast<uint32_t>(rate), static_cast<uint32_t>(at_once)};
  return nullptr;
}
