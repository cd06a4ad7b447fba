// What the directives say, as httpd keeps it: per directory, and per server.
//
// Both are plain memory of httpd's pools, for per-directory configurations are merged
// for each request. directives.cpp fills them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "channel/channel_rules.h"
#include "channel/lmdb_settings.h"
#include "httpd/httpd_headers.h"
#include "plugin/watchdog.h"
#include "protocol/origin.h"
#include "session/rate_limit.h"
#include "session/session_settings.h"

namespace ws::plugin {
class PluginLibrary;
class Statistics;
class TokenVerifier;
}  // namespace ws::plugin

namespace ws::publish {
class Keys;
}

namespace ws::httpd {

class Child;
struct ConnectionLogTarget;

// A place in the configuration files, for messages.
struct ConfigPlace {
  const char* file = "";
  unsigned line = 0;
};

// One WebSocketPlugin line. Lives as long as the configuration.
struct PluginBinding {
  const char* name;      // as written: a name, or a path
  const char* location;  // the section it stands in, "" at server level
  server_rec* server;
  ConfigPlace place;
  const struct DirectoryConfig* section;
  // Set when the configuration is checked.
  std::shared_ptr<const plugin::PluginLibrary>* library = nullptr;
  PluginBinding* next = nullptr;
};

// One WebSocketPluginOption line; a list, newest first.
struct PluginOption {
  const char* name;
  const char* value;
  ConfigPlace place;
  const PluginOption* next;
};

// That line and its section, for the check of the configuration.
struct OptionLine {
  const PluginOption* option;
  const struct DirectoryConfig* section;
  const OptionLine* next;
};

// One WebSocketChannel line; a list, the nearest section's first, each in the order of its file.
struct ChannelRuleLine {
  const channel::ChannelRule* rule;
  ChannelRuleLine* next;
};

inline constexpr int64_t kUnset = -1;
inline constexpr int64_t kDefaultConnectionsPerUser = 100;

// One line about a rate.
struct RateLine {
  int64_t per_second = kUnset;  // 0: off
  int64_t burst = kUnset;
  bool closes = false;
};

struct DirectoryConfig {
  const PluginBinding* plugin = nullptr;  // null: not said here
  bool plugin_off = false;                // WebSocketPlugin none
  const PluginOption* options = nullptr;
  const protocol::OriginPolicy* origin = nullptr;
  ChannelRuleLine* channel_rules = nullptr;
  plugin::TokenVerifier* tokens = nullptr;  // of all its WebSocketToken lines
  const char* authorize = nullptr;          // a path of this site
  bool tokens_off = false;                  // WebSocketToken none
  bool token_required = false;
  bool authorize_off = false;       // WebSocketAuthorize none
  bool authorize_required = false;  // it must name a user
  int64_t authorize_timeout_ms = kUnset;
  const publish::Keys* publish_keys = nullptr;
  const protocol::DeflateSettings* compression = nullptr;
  bool publish_keys_off = false;  // WebSocketPublishKey none
  bool compression_off = false;   // WebSocketCompression off
  int64_t max_message_size = kUnset;
  int64_t max_fragments = kUnset;
  int64_t ping_interval_ms = kUnset;
  int64_t pong_timeout_ms = kUnset;
  int64_t frame_timeout_ms = kUnset;
  int64_t message_timeout_ms = kUnset;
  int64_t close_timeout_ms = kUnset;
  int64_t sign_in_timeout_ms = kUnset;
  int64_t send_queue = kUnset;
  int64_t slow_client = kUnset;  // session::SlowClient
  RateLine message_rate;
  RateLine control_rate;
  RateLine byte_rate;
  int64_t max_subscriptions = kUnset;
  // 0: no limit.
  int64_t connections_per_address = kUnset;
  int64_t connections_per_user = kUnset;
  int64_t connections_per_location = kUnset;

  // With the defaults for what is unset.
  [[nodiscard]] session::SessionLimits limits() const noexcept;
  [[nodiscard]] std::vector<channel::ChannelRule> rules() const;
  // What WebSocketChannel says of how much is kept there.
  [[nodiscard]] std::optional<channel::Keep> kept_by_rule(std::string_view channel) const;
};

struct ServerConfig {
  // Of the whole server: in the main server's configuration only.
  int64_t loops = kUnset;
  int64_t max_connections = kUnset;  // unset: as many as descriptors allow
  session::Rate handshake_rate{1000, 2000};
  int64_t send_memory = kUnset;
  int64_t receive_memory = kUnset;
  int64_t drain_ms = kUnset;  // 0: until the clients leave
  plugin::WatchdogSettings watchdog;
  plugin::DeathRoll* deaths = nullptr;  // of this configuration's children; made when it starts
  const char* plugin_dir = nullptr;
  const char* state_dir = nullptr;  // null: in httpd's runtime directory
  bool state_off = false;           // WebSocketStateDir none
  int64_t state_size = kUnset;
  int64_t state_sync = kUnset;  // 0 or 1
  int64_t history_max_count = kUnset;
  int64_t history_max_age_ms = kUnset;
  int64_t history_max_bytes = kUnset;
  PluginBinding* bindings = nullptr;  // all WebSocketPlugin lines of all servers, newest first
  const OptionLine* option_lines = nullptr;  // all of them, newest first
  bool has_tokens = false;                   // there is a WebSocketToken somewhere
  Child* child = nullptr;                    // in a child process
  plugin::Statistics* statistics = nullptr;  // shared by all; null: there is no memory for them
  bool same_openssl = true;                  // as mod_ssl's

  // Of a virtual host.
  const char* channel_namespace = nullptr;
  ConnectionLogTarget* connection_log = nullptr;
  bool connection_log_off = false;  // WebSocketLog off

  // With the defaults for what is unset. An empty directory: each child has its own channels.
  [[nodiscard]] channel::LmdbSettings state(apr_pool_t* pool) const;
};

[[nodiscard]] DirectoryConfig* directory_config(const ap_conf_vector_t* vector) noexcept;
[[nodiscard]] ServerConfig* server_config(const server_rec* s) noexcept;
// The main server's.
[[nodiscard]] ServerConfig* global_config() noexcept;

// Channels of different namespaces never mix: WebSocketNamespace, else the ServerName.
[[nodiscard]] const char* channel_namespace(const server_rec* s) noexcept;

// For the module record.
void* create_directory_config(apr_pool_t* pool, char* section) noexcept;
void* merge_directory_config(apr_pool_t* pool, void* base, void* add) noexcept;
void* create_server_config(apr_pool_t* pool, server_rec* s) noexcept;
void* merge_server_config(apr_pool_t* pool, void* base, void* add) noexcept;

}  // namespace ws::httpd
