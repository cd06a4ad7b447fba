// What clients of the chat may send, on the fake host: whatever it is, the plugin keeps its
// contract (the fake host watches), everybody gets well-formed JSON of a known type, and a simple
// client gets the two fields of the simple protocol and nothing else.
#include <map>
#include <memory>
#include <string>
#include <wsp/testing/fake_host.hpp>

#include "client_message.h"
#include "fuzz_input.h"
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

void check_modern(const std::string& frame) {
  static const char* const kTypes[] = {"welcome", "joined",  "message", "private", "presence",
                                       "typing",  "renamed", "members", "left",    "error"};
  const shared::Json json = shared::parse_object(frame);
  require(json != nullptr, "what is sent is strict JSON");
  const std::string type = text_of(json.get(), "type");
  bool known = false;
  for (const char* one : kTypes) known = known || type == one;
  require(known, "what is sent is of a known type");
  if (type == "message" || type == "private") {
    require(shared::is_message_text(text_of(json.get(), "text")), "only good texts are passed on");
    require(!text_of(json.get(), "id").empty(), "a message has its id");
  }
}

void check_simple(const std::string& frame) {
  const shared::Json json = shared::parse_object(frame);
  require(json != nullptr, "what is sent is strict JSON");
  require(cJSON_GetArraySize(json.get()) == 2, "a simple client gets two fields");
  require(!text_of(json.get(), "chat_user").empty(), "chat_user is one of them");
  require(!text_of(json.get(), "chat_message").empty(), "chat_message is the other");
}

// One parser of the two, without a host: what it takes keeps the limits.
void check_parsers(std::string_view frame) {
  const chat::MessageLimits limits{.frame_bytes = 1024, .text_code_points = 20};
  const auto modern = chat::parse_message(frame, limits);
  if (const auto* message = std::get_if<chat::ClientMessage>(&modern)) {
    require(frame.size() <= limits.frame_bytes, "no frame beyond the limit is taken");
    if (const auto* say = std::get_if<chat::Say>(message))
      require(shared::count_code_points(say->text) <= limits.text_code_points, "nor a longer text");
  }
  const auto simple = chat::parse_simple_message(frame, limits);
  if (const auto* message = std::get_if<chat::SimpleMessage>(&simple))
    require(shared::count_code_points(message->text) <= limits.text_code_points,
            "nor a longer text");
}

}  // namespace

// Lines: the first character says who sends the rest.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FakeHost host(wsp_plugin_v1);
  require(host.create({{"burst", "10000"}, {"max-errors", "1000"}}, "/ws/chat"), "created");
  FakeClient& fresh = host.connect({.path = "/ws/chat", .subprotocols = {"chat.v1"}});
  FakeClient& inside = host.connect({.path = "/ws/chat", .subprotocols = {"chat.v1"}});
  FakeClient& user = host.connect({.path = "/ws/chat", .user = "ann", .subprotocols = {"chat.v1"}});
  FakeClient& simple = host.connect({.path = "/ws/chat"});
  inside.send(R"({"type":"hello","name":"Bob","token":"0123456789abcdef"})");
  inside.send(R"({"type":"join"})");
  user.send(R"({"type":"hello"})");
  user.send(R"({"type":"join"})");
  const std::map<char, FakeClient*> senders = {
      {'f', &fresh}, {'i', &inside}, {'u', &user}, {'s', &simple}};

  ws::fuzz::FuzzInput input(data, size);
  std::string_view rest = input.rest();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.empty()) continue;
    const std::string_view frame = line.substr(1);
    check_parsers(frame);
    const auto sender = senders.find(line.front());
    if (!shared::is_utf8(frame)) continue;  // the host's matter
    (sender == senders.end() ? inside : *sender->second).send(frame);
    for (FakeClient* one : {&fresh, &inside, &user})
      for (const std::string& got : one->take_all()) check_modern(got);
    for (const std::string& got : simple.take_all()) check_simple(got);
  }
  return 0;
}
