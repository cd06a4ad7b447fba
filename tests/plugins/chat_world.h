// The chat on the fake host, and what the tests of the chat need again and again.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <wsp/testing/fake_host.hpp>

using wsp::testing::FakeClient;

// One Location with the chat, at /ws/chat unless said otherwise.
struct ChatWorld {
  using Options = std::initializer_list<std::pair<std::string, std::string>>;
  explicit ChatWorld(Options options = {}, const std::string& location = "/ws/chat");

  // A client of chat.v1 that has not said anything yet.
  FakeClient& connect(const std::string& path = "/ws/chat", const std::string& user = "");
  FakeClient& connect_simple(const std::string& path = "/ws/chat", const std::string& user = "");
  // One that said hello and read the welcome; a guest, with a token made of the name.
  FakeClient& hello(const std::string& name, const std::string& path = "/ws/chat");
  FakeClient& hello_user(const std::string& user, const std::string& path = "/ws/chat");
  // One in its room that has nothing left to read.
  FakeClient& inside(const std::string& name, const std::string& path = "/ws/chat");
  FakeClient& user_inside(const std::string& user, const std::string& path = "/ws/chat");

  wsp::testing::FakeHost host;
};

// The member at `path` ("from.name", "messages.0.text", "messages.#" for how many) of a JSON text,
// as text; "(none)" when it is not there.
std::string json_at(const std::string& json, const std::string& path);
// The same of the next that the client got; "(nothing)" when nothing came.
std::string next(FakeClient& client, const std::string& path);
// The next whose type this is; what comes before is passed over.
std::string next_of_type(FakeClient& client, const std::string& type);
void forget_all(FakeClient& client);

std::string quoted(std::string_view text);  // as a JSON string
std::string say(std::string_view text, std::string_view client_id = "");
std::string simple(std::string_view name, std::string_view text);
