// The configuration directives: parsing and checking of their arguments.
#include "httpd/directives.h"

#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "httpd/compression_directive.h"
#include "httpd/configuration.h"
#include "httpd/connection_log.h"
#include "httpd/identity_directives.h"
#include "httpd/limit_directives.h"
#include "httpd/number_text.h"
#include "httpd/publish_keys.h"
#include "httpd/rate_directives.h"
#include "httpd/token_directive.h"
#include "httpd/watchdog_directive.h"
#include "net/event_loop.h"

namespace ws::httpd {

namespace {

// A table's entry: where the value goes and what it may be.
template <class Config>
struct NumberRule {
  int64_t Config::*field;
  int64_t least;
  int64_t most;
  bool may_be_off = false;  // "off" is 0
};
using DirectoryRule = NumberRule<DirectoryConfig>;
using ServerRule = NumberRule<ServerConfig>;

constexpr int64_t kKibi = 1024;
constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;

constexpr int64_t kMebi = kKibi * kKibi;
constexpr int64_t kGibi = kMebi * kKibi;

constexpr DirectoryRule kMaxMessageSize{&DirectoryConfig::max_message_size, 1, kGibi};
constexpr DirectoryRule kMaxFragments{&DirectoryConfig::max_fragments, 1, 1'000'000};
constexpr DirectoryRule kSendQueue{&DirectoryConfig::send_queue, kKibi, kGibi};
constexpr DirectoryRule kMaxSubscriptions{&DirectoryConfig::max_subscriptions, 1, 1'000'000};
constexpr DirectoryRule kPingInterval{&DirectoryConfig::ping_interval_ms, 100, kDayMs, true};
constexpr DirectoryRule kPongTimeout{&DirectoryConfig::pong_timeout_ms, 100, kDayMs};
constexpr DirectoryRule kFrameTimeout{&DirectoryConfig::frame_timeout_ms, 100, kDayMs};
constexpr DirectoryRule kMessageTimeout{&DirectoryConfig::message_timeout_ms, 100, kDayMs};
constexpr DirectoryRule kAuthorizeTimeout{&DirectoryConfig::authorize_timeout_ms, 100, kDayMs};
constexpr DirectoryRule kCloseTimeout{&DirectoryConfig::close_timeout_ms, 100, kDayMs};
constexpr DirectoryRule kSignInTimeout{&DirectoryConfig::sign_in_timeout_ms, 100, kDayMs, true};

constexpr ServerRule kLoops{&ServerConfig::loops, 1, 16};
constexpr ServerRule kMaxConnections{&ServerConfig::max_connections, 1, 1'000'000};
constexpr ServerRule kSendMemory{&ServerConfig::send_memory, kMebi, 1024 * kGibi};
constexpr ServerRule kReceiveMemory{&ServerConfig::receive_memory, kMebi, 1024 * kGibi};
constexpr ServerRule kDrain{&ServerConfig::drain_ms, 100, kDayMs, true};
constexpr ServerRule kStateSize{&ServerConfig::state_size, kMebi, 1024 * kGibi};
constexpr ServerRule kHistoryMaxCount{&ServerConfig::history_max_count, 0, 1'000'000};
constexpr ServerRule kHistoryMaxAge{&ServerConfig::history_max_age_ms, 1000, 1000 * kDayMs / 24};
constexpr ServerRule kHistoryMaxBytes{&ServerConfig::history_max_bytes, 0, kGibi};

const char* name_of(const cmd_parms* cmd) noexcept { return cmd->cmd->name; }

ConfigPlace place_of(const cmd_parms* cmd) noexcept {
  return {apr_pstrdup(cmd->pool, cmd->directive->filename),
          static_cast<unsigned>(cmd->directive->line_num)};
}

template <class Rule>
const Rule& rule_of(const cmd_parms* cmd) noexcept {
  return *static_cast<const Rule*>(cmd->info);
}

// A count, or bytes with K, M or G behind.
template <class Config>
const char* parse_number(const cmd_parms* cmd, std::string_view text,
                         const NumberRule<Config>& rule, Config& config) noexcept {
  const auto number = number_from(text, rule.least, rule.most, true);
  if (!number) {
    return apr_psprintf(cmd->pool,
                        "%s: \"%.*s\" is not a number from %" APR_INT64_T_FMT
                        " to %" APR_INT64_T_FMT " (K, M and G may follow)",
                        name_of(cmd), static_cast<int>(text.size()), text.data(), rule.least,
                        rule.most);
  }
  config.*rule.field = *number;
  return nullptr;
}

const char* duration_text(const cmd_parms* cmd, int64_t ms) noexcept {
  constexpr int64_t kHourMs = kDayMs / 24;
  if (ms % kHourMs == 0) return apr_psprintf(cmd->temp_pool, "%" APR_INT64_T_FMT "h", ms / kHourMs);
  if (ms % 1000 == 0) return apr_psprintf(cmd->temp_pool, "%" APR_INT64_T_FMT "s", ms / 1000);
  return apr_psprintf(cmd->temp_pool, "%" APR_INT64_T_FMT "ms", ms);
}

// A time with its unit; kept in milliseconds.
template <class Config>
const char* parse_duration(const cmd_parms* cmd, const char* text, const NumberRule<Config>& rule,
                           Config& config) noexcept {
  if (rule.may_be_off && apr_strnatcasecmp(text, "off") == 0) {
    config.*rule.field = 0;
    return nullptr;
  }
  apr_interval_time_t interval = 0;
  const apr_status_t status = ap_timeout_parameter_parse(text, &interval, "s");
  const int64_t ms = interval / 1000;
  if (status != APR_SUCCESS || ms < rule.least || ms > rule.most) {
    return apr_psprintf(cmd->pool,
                        "%s: \"%s\" is not a time from %s to %s, such as \"30s\" or "
                        "\"500ms\"%s",
                        name_of(cmd), text, duration_text(cmd, rule.least),
                        duration_text(cmd, rule.most), rule.may_be_off ? ", nor \"off\"" : "");
  }
  config.*rule.field = ms;
  return nullptr;
}

extern "C" {

const char* ws_set_number(cmd_parms* cmd, void* config, const char* argument) {
  return parse_number(cmd, argument, rule_of<DirectoryRule>(cmd),
                      *static_cast<DirectoryConfig*>(config));
}

const char* ws_set_duration(cmd_parms* cmd, void* config, const char* argument) {
  return parse_duration(cmd, argument, rule_of<DirectoryRule>(cmd),
                        *static_cast<DirectoryConfig*>(config));
}

// Of the whole server.
const char* ws_set_server_number(cmd_parms* cmd, void*, const char* argument) {
  if (const char* const error = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return error;
  return parse_number(cmd, argument, rule_of<ServerRule>(cmd), *global_config());
}

const char* ws_set_server_duration(cmd_parms* cmd, void*, const char* argument) {
  if (const char* const error = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return error;
  return parse_duration(cmd, argument, rule_of<ServerRule>(cmd), *global_config());
}

// What a request's own data decides comes too late to choose who answers it.
const char* fault_of_if(const cmd_parms* cmd) noexcept {
  for (const ap_directive_t* around = cmd->directive->parent; around; around = around->parent)
    for (const char* const section : {"<If", "<ElseIf", "<Else"})
      if (apr_strnatcasecmp(around->directive, section) == 0)
        return apr_psprintf(cmd->pool,
                            "%s can't stand in %s>: put it into a <Location>, and what "
                            "depends on the request into %s> within",
                            name_of(cmd), section, section);
  return nullptr;
}

const char* ws_set_plugin(cmd_parms* cmd, void* config, const char* argument) {
  if (const char* const error = fault_of_if(cmd)) return error;
  auto& directory = *static_cast<DirectoryConfig*>(config);
  if (directory.plugin || directory.plugin_off)
    return apr_psprintf(cmd->pool, "%s stands twice in one section; a section has one plugin",
                        name_of(cmd));
  if (apr_strnatcasecmp(argument, "none") == 0) {
    directory.plugin_off = true;
    return nullptr;
  }
  // A name is looked up in the plugin directory, a path from the server's root.
  const bool is_path = std::string_view(argument).find('/') != std::string_view::npos;
  const char* const name = is_path ? ap_server_root_relative(cmd->pool, argument) : argument;
  if (!name) return apr_psprintf(cmd->pool, "%s: \"%s\" is no path", name_of(cmd), argument);
  auto* const binding = new (apr_palloc(cmd->pool, sizeof(PluginBinding)))
      PluginBinding{name, cmd->path ? cmd->path : "", cmd->server, place_of(cmd), &directory};
  ServerConfig& global = *global_config();
  binding->next = global.bindings;
  global.bindings = binding;
  directory.plugin = binding;
  return nullptr;
}

const char* ws_set_plugin_option(cmd_parms* cmd, void* config, const char* name,
                                 const char* value) {
  auto& directory = *static_cast<DirectoryConfig*>(config);
  auto* const option = new (apr_palloc(cmd->pool, sizeof(PluginOption)))
      PluginOption{name, value, place_of(cmd), directory.options};
  directory.options = option;
  ServerConfig& global = *global_config();
  global.option_lines = new (apr_palloc(cmd->pool, sizeof(OptionLine)))
      OptionLine{option, &directory, global.option_lines};
  return nullptr;
}

apr_status_t ws_destroy_origin_policy(void* policy) {
  delete static_cast<protocol::OriginPolicy*>(policy);
  return APR_SUCCESS;
}

const char* ws_set_origin(cmd_parms* cmd, void* config, int argc, char* const argv[]) {
  const std::vector<std::string_view> arguments(argv, argv + argc);
  std::string error;
  auto policy = protocol::OriginPolicy::parse(arguments, error);
  if (!policy) return apr_psprintf(cmd->pool, "%s: %s", name_of(cmd), error.c_str());
  auto* const kept = new protocol::OriginPolicy(std::move(*policy));
  apr_pool_cleanup_register(cmd->pool, kept, ws_destroy_origin_policy, apr_pool_cleanup_null);
  static_cast<DirectoryConfig*>(config)->origin = kept;
  return nullptr;
}

const char* ws_set_plugin_dir(cmd_parms* cmd, void*, const char* argument) {
  if (const char* const error = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return error;
  const char* const path = ap_server_root_relative(cmd->pool, argument);
  apr_finfo_t info;
  if (!path || apr_stat(&info, path, APR_FINFO_TYPE, cmd->temp_pool) != APR_SUCCESS ||
      info.filetype != APR_DIR)
    return apr_psprintf(cmd->pool, "%s: \"%s\" is not a directory", name_of(cmd), argument);
  global_config()->plugin_dir = path;
  return nullptr;
}

const char* ws_set_state_dir(cmd_parms* cmd, void*, const char* argument) {
  if (const char* const error = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return error;
  ServerConfig& global = *global_config();
  global.state_off = apr_strnatcasecmp(argument, "none") == 0;
  global.state_dir = nullptr;
  if (global.state_off) return nullptr;
  const char* const path = ap_server_root_relative(cmd->pool, argument);
  const char* const parent = path ? ap_make_dirstr_parent(cmd->temp_pool, path) : "";
  apr_finfo_t info;
  if (!path || apr_stat(&info, parent, APR_FINFO_TYPE, cmd->temp_pool) != APR_SUCCESS ||
      info.filetype != APR_DIR)
    return apr_psprintf(cmd->pool, "%s: \"%s\" can't be made, for there is no directory \"%s\"",
                        name_of(cmd), argument, parent);
  if (apr_stat(&info, path, APR_FINFO_TYPE, cmd->temp_pool) == APR_SUCCESS &&
      info.filetype != APR_DIR)
    return apr_psprintf(cmd->pool, "%s: \"%s\" is not a directory", name_of(cmd), argument);
  global.state_dir = path;
  return nullptr;
}

const char* ws_set_state_sync(cmd_parms* cmd, void*, int on) {
  if (const char* const error = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return error;
  global_config()->state_sync = on != 0 ? 1 : 0;
  return nullptr;
}

const char* ws_set_namespace(cmd_parms* cmd, void*, const char* argument) {
  if (const char* const error = ap_check_cmd_context(cmd, NOT_IN_DIR_LOC_FILE)) return error;
  const std::string_view name = argument;
  if (name.empty() || name.size() > 255 ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") !=
          name.npos)
    return apr_psprintf(cmd->pool, "%s: \"%s\" is not 1 to 255 letters, digits, '.', '_' or '-'",
                        name_of(cmd), argument);
  server_config(cmd->server)->channel_namespace = argument;
  return nullptr;
}

}  // extern "C"

// Never in .htaccess: whoever may write there may not load code or change limits.
constexpr int kSections = RSRC_CONF | ACCESS_CONF;

template <class Rule>
void* info(const Rule& rule) noexcept {
  return const_cast<Rule*>(&rule);
}

}  // namespace

const command_rec kDirectives[] = {
    AP_INIT_TAKE1(
        "WebSocketPlugin", ws_set_plugin, nullptr, kSections,
        "the plugin that serves WebSockets here: a name, or the path of a .so; or 'none'"),
    AP_INIT_TAKE2("WebSocketPluginOption", ws_set_plugin_option, nullptr, kSections,
                  "an option of the plugin: its name and its value"),
    AP_INIT_TAKE_ARGV("WebSocketOrigin", ws_set_origin, nullptr, kSections,
                      "[required] same|any|ORIGIN...: the pages that may connect"),
    AP_INIT_TAKE_ARGV("WebSocketChannel", ws_add_channel_rule, nullptr, kSections,
                      "PATTERN subscribe=all|user|none publish=all|user|none history=N age=TIME: "
                      "who may hear and speak in which channels, and what is kept there"),
    AP_INIT_TAKE_ARGV("WebSocketToken", ws_add_token_keys, nullptr, kSections,
                      "HS256|RS256|ES256 FILE [required] [audience=NAME] [kid=NAME] "
                      "[exp=optional]: the keys of tokens that say who a visitor is, or 'none'"),
    AP_INIT_TAKE12("WebSocketAuthorize", ws_set_authorize, nullptr, kSections,
                   "a page of this site that says who a visitor is, or 'none'; 'required': it must "
                   "name a user"),
    AP_INIT_TAKE1("WebSocketAuthorizeTimeout", ws_set_duration, info(kAuthorizeTimeout), kSections,
                  "how long that page may take (default 5s)"),
    AP_INIT_TAKE1("WebSocketMaxMessageSize", ws_set_number, info(kMaxMessageSize), kSections,
                  "the longest message taken, in bytes (default 1M)"),
    AP_INIT_TAKE1("WebSocketMaxFragments", ws_set_number, info(kMaxFragments), kSections,
                  "the most frames of one message (default 4096)"),
    AP_INIT_TAKE1("WebSocketPingInterval", ws_set_duration, info(kPingInterval), kSections,
                  "silence after which a client is pinged, or 'off' (default 25s)"),
    AP_INIT_TAKE1("WebSocketPongTimeout", ws_set_duration, info(kPongTimeout), kSections,
                  "how long a pinged client may stay silent (default 10s)"),
    AP_INIT_TAKE1("WebSocketFrameTimeout", ws_set_duration, info(kFrameTimeout), kSections,
                  "how long a frame may take to arrive (default 30s)"),
    AP_INIT_TAKE1("WebSocketMessageTimeout", ws_set_duration, info(kMessageTimeout), kSections,
                  "how long a message may take to arrive, or a client to read (default 60s)"),
    AP_INIT_TAKE1("WebSocketCloseTimeout", ws_set_duration, info(kCloseTimeout), kSections,
                  "how long the end of a connection may take (default 5s)"),
    AP_INIT_TAKE1("WebSocketSignInTimeout", ws_set_duration, info(kSignInTimeout), kSections,
                  "how long a connection may stay that is nobody's, or 'off' (default off)"),
    AP_INIT_TAKE_ARGV("WebSocketCompression", ws_set_compression, nullptr, kSections,
                      "on|off [level=1-9] [min=BYTES] [window=9-15] [client-window=9-15] "
                      "[takeover=none|server|client|both]: permessage-deflate (default off)"),
    AP_INIT_TAKE1("WebSocketSendQueue", ws_set_number, info(kSendQueue), kSections,
                  "bytes that may wait for a slow client (default 1M)"),
    AP_INIT_TAKE1("WebSocketSlowClient", ws_set_slow_client, nullptr, kSections,
                  "what a full send queue does: 'close' the connection, 'drop' the message, "
                  "'drop-oldest', or 'latest': of each channel only the newest waits "
                  "(default close)"),
    AP_INIT_TAKE_ARGV("WebSocketMessageRate", ws_set_message_rate, nullptr, kSections,
                      "N [burst=N], or 'off': messages that a client may send in a second "
                      "(default 1000 burst=2000)"),
    AP_INIT_TAKE_ARGV("WebSocketControlRate", ws_set_control_rate, nullptr, kSections,
                      "N [burst=N], or 'off': pings and pongs that a client may send in a second "
                      "(default 50 burst=200)"),
    AP_INIT_TAKE_ARGV("WebSocketByteRate", ws_set_byte_rate, nullptr, kSections,
                      "BYTES [burst=BYTES] [over=pause|close], or 'off': bytes that a client may "
                      "send in a second (default off)"),
    AP_INIT_TAKE1("WebSocketMaxSubscriptions", ws_set_number, info(kMaxSubscriptions), kSections,
                  "the channels that one connection may be subscribed to (default 128)"),
    AP_INIT_TAKE1("WebSocketMaxConnectionsPerAddress", ws_set_connection_limit, info(kPerAddress),
                  kSections, "connections of one address, or 'off' (default off)"),
    AP_INIT_TAKE1("WebSocketMaxConnectionsPerUser", ws_set_connection_limit, info(kPerUser),
                  kSections, "connections of one user, or 'off' (default 100)"),
    AP_INIT_TAKE1("WebSocketMaxConnectionsPerLocation", ws_set_connection_limit, info(kPerLocation),
                  kSections, "connections of this section, or 'off' (default off)"),
    AP_INIT_TAKE1("WebSocketPublishKey", ws_set_publish_keys, nullptr, kSections,
                  "a file with the keys of those who may publish here over HTTP, or 'none'"),
    AP_INIT_TAKE12(
        "WebSocketLog", ws_set_connection_log, nullptr, RSRC_CONF,
        "a file or '|program' that gets a line at each connection's end, and the form of "
        "that line; or 'off' (default off)"),
    AP_INIT_TAKE1("WebSocketLoops", ws_set_server_number, info(kLoops), RSRC_CONF,
                  "event loop threads in each child process (default 1)"),
    AP_INIT_TAKE1("WebSocketMaxConnections", ws_set_server_number, info(kMaxConnections), RSRC_CONF,
                  "WebSocket connections in each child process"),
    AP_INIT_TAKE12("WebSocketHandshakeRate", ws_set_handshake_rate, nullptr, RSRC_CONF,
                   "N [burst=M] new connections a second in each child process, or 'off' "
                   "(default 1000 burst=2000)"),
    AP_INIT_TAKE12("WebSocketWatchdog", ws_set_watchdog, nullptr, RSRC_CONF,
                   "how long a plugin may hold an event loop until the log tells of it, and "
                   "'abort' to end the process then, or 'off' (default 10s)"),
    AP_INIT_TAKE1("WebSocketSendMemory", ws_set_server_number, info(kSendMemory), RSRC_CONF,
                  "bytes that may wait for all slow clients of a child process (default 256M)"),
    AP_INIT_TAKE1("WebSocketReceiveMemory", ws_set_server_number, info(kReceiveMemory), RSRC_CONF,
                  "bytes of messages that clients of a child process have not completed "
                  "(default 256M)"),
    AP_INIT_TAKE1(
        "WebSocketDrain", ws_set_server_duration, info(kDrain), RSRC_CONF,
        "how long a child process that a restart replaces takes to close its connections, "
        "or 'off': it keeps them until they end (default 30s)"),
    AP_INIT_TAKE1("WebSocketPluginDir", ws_set_plugin_dir, nullptr, RSRC_CONF,
                  "where plugins are looked up by name (default: websocket, beside the module)"),
    AP_INIT_TAKE1("WebSocketNamespace", ws_set_namespace, nullptr, RSRC_CONF,
                  "which channels this virtual host shares with others (default: its ServerName)"),
    AP_INIT_TAKE1("WebSocketStateDir", ws_set_state_dir, nullptr, RSRC_CONF,
                  "the channels of all child processes, or 'none': each its own "
                  "(default: websocket, in httpd's runtime directory)"),
    AP_INIT_TAKE1("WebSocketStateSize", ws_set_server_number, info(kStateSize), RSRC_CONF,
                  "bytes of that state at most (default 256M)"),
    AP_INIT_FLAG("WebSocketStateSync", ws_set_state_sync, nullptr, RSRC_CONF,
                 "'on': what was published survives a crash of the machine too (default off)"),
    AP_INIT_TAKE1("WebSocketHistoryMaxCount", ws_set_server_number, info(kHistoryMaxCount),
                  RSRC_CONF, "messages that a channel keeps at most (default 10000)"),
    AP_INIT_TAKE1("WebSocketHistoryMaxAge", ws_set_server_duration, info(kHistoryMaxAge), RSRC_CONF,
                  "how long a channel keeps a message at most (default 24h)"),
    AP_INIT_TAKE1("WebSocketHistoryMaxBytes", ws_set_server_number, info(kHistoryMaxBytes),
                  RSRC_CONF, "bytes that a channel keeps at most (default 16M)"),
    {nullptr, {nullptr}, nullptr, 0, RAW_ARGS, nullptr}};

}  // namespace ws::httpd
