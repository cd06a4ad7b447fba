// The README of the chat against the chat: every example, every option, every error code.
#include <fstream>
#include <sstream>
#include <string>

#include "chat_plugin.h"
#include "error.h"
#include "room.h"
#include "server_message.h"
#include "transcript.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

std::string readme() {
  std::ifstream file(CHAT_README);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// "dave is not heard in lobby: Hello!": a user says it in another process, and this one falls
// behind and loses it.
std::string lose(wsp::testing::FakeHost& host, const std::string& name, const std::string& what) {
  constexpr std::string_view kHow = " is not heard in ";
  const std::size_t colon = what.find(": ");
  if (!what.starts_with(kHow) || colon == std::string::npos) return "unreadable: " + name + what;
  const std::string room = what.substr(kHow.size(), colon - kHow.size());
  const chat::Member from{.id = chat::user_id(name), .name = name, .guest = false};
  const wsp_publish_options keep = {sizeof keep, 100, 0, 0};
  host.lose(chat::Channels("/ws/chat", "").of_room(chat::ChannelKind::room, room),
            {chat::unstamped_message(room, from, what.substr(colon + 2), "")}, &keep);
  return "";
}

}  // namespace

TEST_GROUP(ChatReadme){};

TEST(ChatReadme, ExamplesArePlayedToTheByte) {
  std::istringstream file(readme());
  const auto lines = transcript_lines(file);
  CHECK(lines.size() > 40);
  wsp::testing::FakeHost host(wsp_plugin_v1);
  CHECK(host.create({}, "/ws/chat"));
  Transcript transcript(host, [&](auto& name, auto& what) { return lose(host, name, what); });
  for (const std::string& line : lines) STRCMP_EQUAL("", transcript.play(line).c_str());
  STRCMP_EQUAL("", transcript.rest().c_str());
}

TEST(ChatReadme, HasAnExampleOfEveryMessage) {
  const std::string text = readme();
  for (const char* type : {"hello", "join", "say", "typing", "private", "name", "who", "leave"})
    CHECK_TEXT(text.find(std::string("> {\"type\":\"") + type + "\"") != text.npos, type);
  for (const char* type : {"welcome", "joined", "message", "private", "presence", "typing",
                           "renamed", "members", "left", "gap", "error"})
    CHECK_TEXT(text.find(std::string("< {\"type\":\"") + type + "\"") != text.npos, type);
}

TEST(ChatReadme, ListsEveryOption) {
  const std::string text = readme();
  for (const wsp::Option& option : chat::kOptionTable) {
    std::string form = option.form;
    if (const auto bar = form.find('|'); bar != form.npos) form.insert(bar, "\\");
    const std::string row =
        "| `" + std::string(option.name) + "` | " + form + " | " + option.help + " |\n";
    CHECK_TEXT(text.find(row) != text.npos, row.c_str());
  }
}

TEST(ChatReadme, ListsEveryErrorCode) {
  const std::string text = readme();
  const std::string table = text.substr(text.find("| code | when |"));
  for (int code = 0; code <= static_cast<int>(chat::ErrorCode::try_again); ++code) {
    const auto name = std::string(chat::to_string(static_cast<chat::ErrorCode>(code)));
    CHECK_TEXT(table.find("`" + name + "`") != table.npos, name.c_str());
    CHECK(!chat::sentence(static_cast<chat::ErrorCode>(code)).empty());
  }
}
