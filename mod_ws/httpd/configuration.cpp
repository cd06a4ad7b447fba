// Creating and merging the configurations.
#include "httpd/configuration.h"

#include <algorithm>
#include <new>

namespace ws::httpd {

namespace {

template <class T>
T* make(apr_pool_t* pool) noexcept {
  return new (apr_palloc(pool, sizeof(T))) T();
}

template <class Value>
void set(Value& to, int64_t from) noexcept {
  if (from != kUnset) to = static_cast<Value>(from);
}

void set(session::Rate& to, const RateLine& from) noexcept {
  if (from.per_second == kUnset) return;
  to.per_second = static_cast<uint32_t>(from.per_second);
  to.burst = static_cast<uint32_t>(std::max<int64_t>(from.burst, 0));
}

// The options below a WebSocketPlugin line add to it; nearer ones come first and win.
const PluginOption* joined(apr_pool_t* pool, const PluginOption* add, const PluginOption* base) {
  if (!add) return base;
  if (!base) return add;
  auto* const copy = static_cast<PluginOption*>(apr_pmemdup(pool, add, sizeof(PluginOption)));
  copy->next = joined(pool, add->next, base);
  return copy;
}

ChannelRuleLine* joined(apr_pool_t* pool, const ChannelRuleLine* add, ChannelRuleLine* base) {
  if (!add) return base;
  auto* const copy = static_cast<ChannelRuleLine*>(apr_pmemdup(pool, add, sizeof(ChannelRuleLine)));
  copy->next = joined(pool, add->next, base);
  return copy;
}

}  // namespace

DirectoryConfig* directory_config(const ap_conf_vector_t* vector) noexcept {
  return static_cast<DirectoryConfig*>(ap_get_module_config(vector, &websocket_module));
}

ServerConfig* server_config(const server_rec* s) noexcept {
  return static_cast<ServerConfig*>(ap_get_module_config(s->module_config, &websocket_module));
}

ServerConfig* global_config() noexcept { return server_config(ap_server_conf); }

const char* channel_namespace(const server_rec* s) noexcept {
  const char* const chosen = server_config(s)->channel_namespace;
  if (chosen) return chosen;
  return s->server_hostname ? s->server_hostname : "";
}

session::SessionLimits DirectoryConfig::limits() const noexcept {
  session::SessionLimits limits;
  set(limits.read.max_message_size, max_message_size);
  set(limits.read.max_fragments, max_fragments);
  set(limits.send_queue, send_queue);
  set(limits.ping_interval_ms, ping_interval_ms);
  set(limits.pong_timeout_ms, pong_timeout_ms);
  set(limits.frame_timeout_ms, frame_timeout_ms);
  set(limits.message_timeout_ms, message_timeout_ms);
  set(limits.close_timeout_ms, close_timeout_ms);
  set(limits.sign_in_timeout_ms, sign_in_timeout_ms);
  set(limits.slow_client, slow_client);
  if (compression) limits.deflate = *compression;
  set(limits.rates.messages, message_rate);
  set(limits.rates.controls, control_rate);
  set(limits.rates.bytes, byte_rate);
  limits.rates.too_many_bytes_close = byte_rate.closes;
  set(limits.max_subscriptions, max_subscriptions);
  return limits;
}

std::vector<channel::ChannelRule> DirectoryConfig::rules() const {
  std::vector<channel::ChannelRule> rules;
  for (const ChannelRuleLine* line = channel_rules; line; line = line->next)
    rules.push_back(*line->rule);
  return rules;
}

std::optional<channel::Keep> DirectoryConfig::kept_by_rule(std::string_view channel) const {
  for (const ChannelRuleLine* line = channel_rules; line; line = line->next)
    if (line->rule->pattern.matches(channel)) return line->rule->keep;
  return std::nullopt;
}

channel::LmdbSettings ServerConfig::state(apr_pool_t* pool) const {
  channel::LmdbSettings settings;
  if (!state_off)
    settings.directory = state_dir ? state_dir : ap_runtime_dir_relative(pool, "websocket");
  set(settings.size, state_size);
  set(settings.sync, state_sync);
  set(settings.history_count, history_max_count);
  set(settings.history_age_ms, history_max_age_ms);
  set(settings.history_bytes, history_max_bytes);
  return settings;
}

void* create_directory_config(apr_pool_t* pool, char*) noexcept {
  return make<DirectoryConfig>(pool);
}

void* merge_directory_config(apr_pool_t* pool, void* base_config, void* add_config) noexcept {
  const auto& base = *static_cast<const DirectoryConfig*>(base_config);
  const auto& add = *static_cast<const DirectoryConfig*>(add_config);
  auto* const merged = make<DirectoryConfig>(pool);
  *merged = add;
  if (!add.plugin && !add.plugin_off) {
    merged->plugin = base.plugin;
    merged->plugin_off = base.plugin_off;
    merged->options = joined(pool, add.options, base.options);
  }
  if (!merged->origin) merged->origin = base.origin;
  merged->channel_rules = joined(pool, add.channel_rules, base.channel_rules);
  if (!add.tokens && !add.tokens_off) {
    merged->tokens = base.tokens;
    merged->token_required = base.token_required;
  }
  if (!add.authorize && !add.authorize_off) {
    merged->authorize = base.authorize;
    merged->authorize_required = base.authorize_required;
  }
  if (!merged->publish_keys && !merged->publish_keys_off) merged->publish_keys = base.publish_keys;
  if (!merged->compression && !merged->compression_off) merged->compression = base.compression;
  const auto inherit = [](int64_t& to, int64_t from) {
    if (to == kUnset) to = from;
  };
  inherit(merged->max_message_size, base.max_message_size);
  inherit(merged->max_fragments, base.max_fragments);
  inherit(merged->ping_interval_ms, base.ping_interval_ms);
  inherit(merged->pong_timeout_ms, base.pong_timeout_ms);
  inherit(merged->frame_timeout_ms, base.frame_timeout_ms);
  inherit(merged->message_timeout_ms, base.message_timeout_ms);
  inherit(merged->close_timeout_ms, base.close_timeout_ms);
  inherit(merged->sign_in_timeout_ms, base.sign_in_timeout_ms);
  inherit(merged->send_queue, base.send_queue);
  inherit(merged->slow_client, base.slow_client);
  const auto inherit_line = [](RateLine& to, const RateLine& from) {
    if (to.per_second == kUnset) to = from;
  };
  inherit_line(merged->message_rate, base.message_rate);
  inherit_line(merged->control_rate, base.control_rate);
  inherit_line(merged->byte_rate, base.byte_rate);
  inherit(merged->max_subscriptions, base.max_subscriptions);
  inherit(merged->connections_per_address, base.connections_per_address);
  inherit(merged->connections_per_user, base.connections_per_user);
  inherit(merged->connections_per_location, base.connections_per_location);
  inherit(merged->authorize_timeout_ms, base.authorize_timeout_ms);
  return merged;
}

void* create_server_config(apr_pool_t* pool, server_rec*) noexcept {
  return make<ServerConfig>(pool);
}

void* merge_server_config(apr_pool_t* pool, void* base_config, void* add_config) noexcept {
  auto* const merged = make<ServerConfig>(pool);
  *merged = *static_cast<const ServerConfig*>(add_config);
  if (!merged->channel_namespace)
    merged->channel_namespace = static_cast<const ServerConfig*>(base_config)->channel_namespace;
  if (!merged->connection_log && !merged->connection_log_off)
    merged->connection_log = static_cast<const ServerConfig*>(base_config)->connection_log;
  return merged;
}

}  // namespace ws::httpd
