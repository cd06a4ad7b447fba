// The notifications on the fake host.
#include "notifications_world.h"

#include <cjson/cJSON.h>

#include <memory>
#include <stdexcept>

#include "notifications_plugin.h"

namespace {

wsp::testing::FakeHost* the_host = nullptr;

class PluginOnFakeClock final : public notifications::NotificationsPlugin {
 public:
  PluginOnFakeClock(wsp::Host host, const wsp::Config& config)
      : NotificationsPlugin(host, config, [] { return the_host->now_ms(); }) {}
};

std::string text_at(const cJSON* object, const char* name) {
  const cJSON* item = cJSON_GetObjectItemCaseSensitive(object, name);
  if (cJSON_IsString(item)) return item->valuestring;
  return cJSON_IsNumber(item) ? std::to_string(item->valueint) : "";
}

std::string ids_in(const cJSON* object, const char* name) {
  std::string all;
  const cJSON* item = nullptr;
  cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(object, name)) {
    if (!all.empty()) all += ',';
    all += item->valuestring;
  }
  return all;
}

bool is_true(const cJSON* object, const char* name) {
  return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name)) != 0;
}

std::string shortened(const std::string& json) {
  const std::unique_ptr<cJSON, decltype(&cJSON_Delete)> message(cJSON_Parse(json.c_str()),
                                                                cJSON_Delete);
  const std::string type = text_at(message.get(), "type");
  std::string out = type;
  if (type == "notification") {
    out += " " + text_at(message.get(), "id") + " " + text_at(message.get(), "title");
    if (is_true(message.get(), "read")) out += "*";
    if (is_true(message.get(), "replay")) out += "!";
  } else if (type == "ready") {
    out += " " + text_at(message.get(), "unread");
    if (cJSON_HasObjectItem(message.get(), "recovered"))
      out += std::string(is_true(message.get(), "recovered") ? " recovered" : " lost") + " [" +
             ids_in(message.get(), "unread_ids") + "]";
  } else if (type == "badge") {
    out += " " + text_at(message.get(), "unread");
  } else if (type == "read" || type == "removed") {
    out += " " + ids_in(message.get(), "ids") + " " + text_at(message.get(), "unread");
  } else if (type == "topics") {
    const cJSON* topic = nullptr;
    cJSON_ArrayForEach(topic, cJSON_GetObjectItemCaseSensitive(message.get(), "topics")) out +=
        (is_true(topic, "following") ? " +" : " -") + text_at(topic, "name");
  } else if (type == "error") {
    out += " " + text_at(message.get(), "code");
  }
  return out;
}

}  // namespace

const wsp_plugin notifications_on_fake_clock = wsp::table<PluginOnFakeClock>("notifications");

NotificationsWorld::NotificationsWorld(Options options) : host(notifications_on_fake_clock) {
  the_host = &host;
  if (!host.create(wsp::testing::Pairs(options), "/ws/notifications"))
    throw std::runtime_error(host.log().back().text);
}

NotificationsWorld::~NotificationsWorld() { host.destroy(); }

FakeClient& NotificationsWorld::connect(const std::string& user) {
  return host.connect(
      {.path = "/ws/notifications", .user = user, .subprotocols = {"notifications.v1"}});
}

FakeClient& NotificationsWorld::come(const std::string& user) {
  FakeClient& client = connect(user);
  client.send(R"({"type":"hello"})");
  return client;
}

FakeClient& NotificationsWorld::here(const std::string& user) {
  FakeClient& client = come(user);
  client.take_all();
  return client;
}

void NotificationsWorld::publish(const std::string& channel, const std::string& json,
                                 uint32_t history) {
  const wsp_publish_options keep = {sizeof keep, history, 0, 0};
  host.publish_elsewhere(channel, json, WSP_TEXT, &keep);
}

std::string titled(const std::string& title, const std::string& key) {
  return R"({"title":")" + title + R"(")" + (key.empty() ? "" : R"(,"key":")" + key + R"(")") + "}";
}

std::string heard(FakeClient& client) {
  std::string all;
  for (const std::string& json : client.take_all()) {
    if (!all.empty()) all += "; ";
    all += shortened(json);
  }
  return all;
}
