// The directives about who a visitor is and what he may: parsing and checking of their arguments.
#include "httpd/identity_directives.h"

#include <charconv>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "httpd/configuration.h"

namespace ws::httpd {

namespace {

constexpr int64_t kMostHistory = 1'000'000;
constexpr int64_t kMostAgeMs = int64_t{1000} * 3600 * 1000;

// "" or what is wrong.
using Fault = std::string;

Fault read_who(std::string_view key, std::string_view text, channel::Who& who) {
  if (text == "all") return who = channel::Who::all, Fault();
  if (text == "user") return who = channel::Who::user, Fault();
  if (text == "none") return who = channel::Who::none, Fault();
  return std::string(key) + "= is \"all\", \"user\" or \"none\"";
}

Fault read_count(std::string_view text, uint32_t& count) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc() && end == text.data() + text.size() && count <= kMostHistory) return {};
  return "history= is a number from 0 to 1000000";
}

Fault read_age(const char* text, uint32_t& age_ms) {
  apr_interval_time_t interval = 0;
  if (ap_timeout_parameter_parse(text, &interval, "s") == APR_SUCCESS && interval / 1000 >= 1000 &&
      interval / 1000 <= kMostAgeMs)
    return age_ms = static_cast<uint32_t>(interval / 1000), Fault();
  return "age= is a time from 1s to 1000h";
}

struct Words {
  bool subscribe = false, publish = false, history = false, age = false;
};

Fault read_word(const char* word, channel::ChannelRule& rule, channel::Keep& keep, Words& seen) {
  const std::string_view text = word;
  const std::string_view key = text.substr(0, text.find('='));
  const char* const value = word + std::min(key.size() + 1, text.size());
  const auto once = [&](bool& flag) { return !std::exchange(flag, true); };
  const Fault twice = "\"" + std::string(key) + "=\" stands twice";
  if (key.size() < text.size()) {
    if (key == "subscribe")
      return once(seen.subscribe) ? read_who(key, value, rule.subscribe) : twice;
    if (key == "publish") return once(seen.publish) ? read_who(key, value, rule.publish) : twice;
    if (key == "history") return once(seen.history) ? read_count(value, keep.count) : twice;
    if (key == "age") return once(seen.age) ? read_age(value, keep.age_ms) : twice;
  }
  return "\"" + std::string(text) + "\" is none of subscribe=, publish=, history= and age=";
}

const char* complaint(const cmd_parms* cmd, const Fault& fault) {
  return apr_psprintf(cmd->pool, "%s: %s", cmd->cmd->name, fault.c_str());
}

extern "C" apr_status_t ws_destroy_channel_rule(void* rule) {
  delete static_cast<channel::ChannelRule*>(rule);
  return APR_SUCCESS;
}

// Behind those of the same section.
void append(const cmd_parms* cmd, DirectoryConfig& config, channel::ChannelRule rule) {
  auto* const kept = new channel::ChannelRule(std::move(rule));
  apr_pool_cleanup_register(cmd->pool, kept, ws_destroy_channel_rule, apr_pool_cleanup_null);
  auto* const line =
      new (apr_palloc(cmd->pool, sizeof(ChannelRuleLine))) ChannelRuleLine{kept, nullptr};
  ChannelRuleLine** end = &config.channel_rules;
  while (*end) end = &(*end)->next;
  *end = line;
}

}  // namespace

}  // namespace ws::httpd

using namespace ws;
using namespace ws::httpd;

const char* ws_add_channel_rule(cmd_parms* cmd, void* config, int argc, char* const argv[]) {
  if (argc < 2)
    return complaint(cmd,
                     "a pattern of channels comes first, then at least one of subscribe=, "
                     "publish= and history=");
  auto pattern = channel::ChannelPattern::parse(argv[0]);
  if (!pattern)
    return complaint(cmd, "\"" + std::string(argv[0]) +
                              "\" is neither a channel's name nor a beginning with a * behind it");
  channel::ChannelRule rule{std::move(*pattern)};
  channel::Keep keep;
  Words seen;
  for (int i = 1; i < argc; ++i)
    if (const Fault fault = read_word(argv[i], rule, keep, seen); !fault.empty())
      return complaint(cmd, fault);
  if (seen.age && !seen.history)
    return complaint(cmd, "age= says nothing without history=, the number of messages kept");
  if (seen.history) rule.keep = keep;
  append(cmd, *static_cast<DirectoryConfig*>(config), std::move(rule));
  return nullptr;
}

const char* ws_set_authorize(cmd_parms* cmd, void* config, const char* uri, const char* required) {
  auto& directory = *static_cast<DirectoryConfig*>(config);
  directory.authorize_off = apr_strnatcasecmp(uri, "none") == 0;
  directory.authorize = nullptr;
  directory.authorize_required = required != nullptr;
  if (required && (directory.authorize_off || apr_strnatcasecmp(required, "required") != 0))
    return complaint(cmd, "\"" + std::string(required) + "\": behind the path only \"required\"");
  if (directory.authorize_off) return nullptr;
  if (uri[0] != '/')
    return complaint(cmd, "\"" + std::string(uri) +
                              "\" is no path of this site: it must begin with a /, as in "
                              "\"/ws-auth.php\"");
  directory.authorize = uri;
  return nullptr;
}
