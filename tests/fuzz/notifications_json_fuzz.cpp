// What clients of the notifications, PHP and other processes may say, on the fake host: whatever it
// is, the plugin keeps its contract (the fake host watches), everybody gets well-formed JSON of a
// known type, no link leads where it must not, and a user's two tabs show the same badge.
#include <map>
#include <string>
#include <wsp/testing/fake_host.hpp>

#include "client_message.h"
#include "fuzz_input.h"
#include "notifications_plugin.h"
#include "shared/json.h"
#include "shared/text.h"

namespace {

using ws::fuzz::require;
using wsp::testing::FakeClient;
using wsp::testing::FakeHost;

std::string text_of(const cJSON* object, const char* name) {
  const cJSON* item = cJSON_GetObjectItemCaseSensitive(object, name);
  return cJSON_IsString(item) ? item->valuestring : "";
}

bool is_harmless(const std::string& link) {
  if (link.empty()) return true;
  for (const char c : link)
    if (static_cast<unsigned char>(c) <= 0x20 || c == '\\') return false;
  if (link[0] == '/') return link.size() == 1 || link[1] != '/';
  const std::string lower = [&] {
    std::string text = link.substr(0, 8);
    for (char& c : text)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
  }();
  return lower == "https://" || lower.starts_with("http://") || lower.starts_with("mailto:");
}

// The `unread` that it says, or -1.
int check(const std::string& frame) {
  static const char* const kTypes[] = {"welcome", "notification", "ready",   "badge", "read",
                                       "removed", "topics",       "renewed", "error"};
  const shared::Json json = shared::parse_object(frame);
  require(json != nullptr, "what is sent is strict JSON");
  const std::string type = text_of(json.get(), "type");
  bool known = false;
  for (const char* one : kTypes) known = known || type == one;
  require(known, "what is sent is of a known type");
  if (type == "notification") {
    require(shared::is_message_text(text_of(json.get(), "title")), "a title can be read");
    require(is_harmless(text_of(json.get(), "link")), "a link leads nowhere else");
    require(is_harmless(text_of(json.get(), "icon")), "nor does an icon");
    require(notifications::parse_id(text_of(json.get(), "id")).has_value(), "an id is one");
  }
  const cJSON* unread = cJSON_GetObjectItemCaseSensitive(json.get(), "unread");
  return cJSON_IsNumber(unread) ? unread->valueint : -1;
}

// Reads all that came; the badge then.
int badge_after(FakeClient& client, int badge) {
  for (const std::string& got : client.take_all())
    if (const int unread = check(got); unread >= 0) badge = unread;
  return badge;
}

FakeHost* the_host = nullptr;

class PluginOnFakeClock final : public notifications::NotificationsPlugin {
 public:
  PluginOnFakeClock(wsp::Host host, const wsp::Config& config)
      : NotificationsPlugin(host, config, [] { return the_host->now_ms(); }) {}
};

}  // namespace

// Lines: the first character says who says the rest.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const wsp_plugin kPlugin = wsp::table<PluginOnFakeClock>("notifications");
  FakeHost host(kPlugin);
  the_host = &host;
  require(
      host.create({{"topics", "news offers.*"}, {"burst", "10000"}, {"max-errors", "1000"}}, "/n"),
      "created");
  const auto connect = [&](const std::string& user) -> FakeClient& {
    return host.connect({.user = user, .subprotocols = {"notifications.v1"}});
  };
  FakeClient& one = connect("ann");
  FakeClient& two = connect("ann");
  FakeClient& guest = connect("");
  for (FakeClient* tab : {&one, &two, &guest}) tab->send(R"({"type":"hello"})");
  int badges[2] = {0, 0};
  const std::map<char, std::string> channels = {
      {'p', "user:ann"}, {'t', "news"}, {'o', "offers.tea"}, {'s', "own:notifications:ann"}};

  ws::fuzz::FuzzInput input(data, size);
  std::string_view rest = input.rest();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.empty()) continue;
    const std::string_view said = line.substr(1);
    if (!shared::is_utf8(said)) continue;  // the host's matter
    if (const auto channel = channels.find(line.front()); channel != channels.end()) {
      const wsp_publish_options keep = {sizeof keep, 100, 0, 0};
      host.publish_elsewhere(channel->second, said, WSP_TEXT, &keep);
    } else if (line.front() == 'l') {
      host.lose("user:ann", {std::string(said)});
      host.advance(std::chrono::seconds(1));
    } else if (line.front() == 'w') {
      host.advance(std::chrono::seconds(said.size()));
    } else if (line.front() == 'v') {
      FakeClient& visit = connect("ann");
      visit.send(said);
      badge_after(visit, 0);
      visit.close();
    } else {
      (line.front() == '2' ? two : line.front() == 'g' ? guest : one).send(said);
    }
    badges[0] = badge_after(one, badges[0]);
    badges[1] = badge_after(two, badges[1]);
    badge_after(guest, 0);
    require(badges[0] == badges[1], "two tabs show one badge");
  }
  return 0;
}
