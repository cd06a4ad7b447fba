// The README of the notifications against the plugin: every example, every option, every error
// code.
#include <fstream>
#include <sstream>
#include <string>

#include "error.h"
#include "notifications_world.h"
#include "options.h"
#include "transcript.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

namespace {

std::string readme() {
  std::ifstream file(NOTIFICATIONS_README);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_GROUP(NotificationsReadme){};

TEST(NotificationsReadme, ExamplesArePlayedToTheByte) {
  std::istringstream file(readme());
  const auto lines = transcript_lines(file);
  CHECK(lines.size() > 40);
  NotificationsWorld world({{"topics", "news offers.*"}});
  Transcript transcript(world.host);
  for (const std::string& line : lines) STRCMP_EQUAL("", transcript.play(line).c_str());
  STRCMP_EQUAL("", transcript.rest().c_str());
}

TEST(NotificationsReadme, HasAnExampleOfEveryMessage) {
  const std::string text = readme();
  for (const char* type : {"hello", "read", "follow", "unfollow", "token"})
    CHECK_TEXT(text.find(std::string("> {\"type\":\"") + type + "\"") != text.npos, type);
  for (const char* type :
       {"welcome", "notification", "ready", "badge", "read", "removed", "topics", "error"})
    CHECK_TEXT(text.find(std::string("< {\"type\":\"") + type + "\"") != text.npos, type);
}

TEST(NotificationsReadme, ListsEveryOption) {
  const std::string text = readme();
  for (const wsp::Option& option : notifications::kOptionTable) {
    std::string form = option.form;
    if (const auto bar = form.find('|'); bar != form.npos) form.insert(bar, "\\");
    const std::string row =
        "| `" + std::string(option.name) + "` | " + form + " | " + option.help + " |\n";
    CHECK_TEXT(text.find(row) != text.npos, row.c_str());
  }
}

TEST(NotificationsReadme, ListsEveryErrorCode) {
  const std::string text = readme();
  const std::string table = text.substr(text.find("| code | when |"));
  for (int code = 0; code <= static_cast<int>(notifications::ErrorCode::try_again); ++code) {
    const auto name =
        std::string(notifications::to_string(static_cast<notifications::ErrorCode>(code)));
    CHECK_TEXT(table.find("`" + name + "`") != table.npos, name.c_str());
    CHECK(!notifications::sentence(static_cast<notifications::ErrorCode>(code)).empty());
  }
}
