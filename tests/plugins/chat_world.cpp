// The chat on the fake host.
#include "chat_world.h"

#include <cjson/cJSON.h>

#include <memory>
#include <stdexcept>

ChatWorld::ChatWorld(Options options, const std::string& location) : host(wsp_plugin_v1) {
  if (!host.create(wsp::testing::Pairs(options), location))
    throw std::runtime_error(host.log().back().text);
}

FakeClient& ChatWorld::connect(const std::string& path, const std::string& user) {
  return host.connect({.path = path, .user = user, .subprotocols = {"chat.v1"}});
}

FakeClient& ChatWorld::connect_simple(const std::string& path, const std::string& user) {
  return host.connect({.path = path, .user = user});
}

FakeClient& ChatWorld::hello(const std::string& name, const std::string& path) {
  FakeClient& client = connect(path);
  client.send(R"({"type":"hello","name":)" + quoted(name) + R"(,"token":)" +
              quoted("the token of " + name + " ...") + "}");
  forget_all(client);
  return client;
}

FakeClient& ChatWorld::hello_user(const std::string& user, const std::string& path) {
  FakeClient& client = connect(path, user);
  client.send(R"({"type":"hello"})");
  forget_all(client);
  return client;
}

FakeClient& ChatWorld::inside(const std::string& name, const std::string& path) {
  FakeClient& client = hello(name, path);
  client.send(R"({"type":"join"})");
  forget_all(client);
  return client;
}

FakeClient& ChatWorld::user_inside(const std::string& user, const std::string& path) {
  FakeClient& client = hello_user(user, path);
  client.send(R"({"type":"join"})");
  forget_all(client);
  return client;
}

std::string json_at(const std::string& json, const std::string& path) {
  const std::unique_ptr<cJSON, decltype(&cJSON_Delete)> whole(cJSON_Parse(json.c_str()),
                                                              cJSON_Delete);
  const cJSON* at = whole.get();
  for (std::size_t begin = 0; begin <= path.size() && at != nullptr;) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string step = path.substr(begin, end - begin);
    if (step == "#") return std::to_string(cJSON_GetArraySize(at));
    at = cJSON_IsArray(at) ? cJSON_GetArrayItem(at, std::stoi(step))
                           : cJSON_GetObjectItemCaseSensitive(at, step.c_str());
    begin = end + 1;
  }
  if (at == nullptr) return "(none)";
  if (cJSON_IsString(at)) return at->valuestring;
  const std::unique_ptr<char, decltype(&cJSON_free)> printed(cJSON_PrintUnformatted(at),
                                                             cJSON_free);
  return printed.get();
}

std::string next(FakeClient& client, const std::string& path) {
  return client.received().empty() ? "(nothing)" : json_at(client.take(), path);
}

std::string next_of_type(FakeClient& client, const std::string& type) {
  while (!client.received().empty()) {
    std::string json = client.take();
    if (json_at(json, "type") == type) return json;
  }
  return "(nothing)";
}

void forget_all(FakeClient& client) { client.take_all(); }

std::string quoted(std::string_view text) {
  const std::unique_ptr<cJSON, decltype(&cJSON_Delete)> json(
      cJSON_CreateString(std::string(text).c_str()), cJSON_Delete);
  const std::unique_ptr<char, decltype(&cJSON_free)> printed(cJSON_PrintUnformatted(json.get()),
                                                             cJSON_free);
  return printed.get();
}

std::string say(std::string_view text, std::string_view client_id) {
  std::string json = R"({"type":"say","text":)" + quoted(text);
  if (!client_id.empty()) json += R"(,"client_id":)" + quoted(client_id);
  return json + "}";
}

std::string simple(std::string_view name, std::string_view text) {
  return R"({"chat_user":)" + quoted(name) + R"(,"chat_message":)" + quoted(text) + "}";
}
