// What was answered.
#include "ctl/report.h"

#include <cjson/cJSON.h>

#include <memory>
#include <new>
#include <utility>

#include "ctl/printable.h"
#include "ctl/table.h"

namespace ws::ctl {

namespace {

using Json = std::unique_ptr<cJSON, void (*)(cJSON*)>;

Json parse(const std::string& text) { return {cJSON_Parse(text.c_str()), cJSON_Delete}; }

std::string json_of(const cJSON* value) {
  const std::unique_ptr<char, void (*)(void*)> text(cJSON_PrintUnformatted(value), cJSON_free);
  if (!text) throw std::bad_alloc();
  return text.get();
}

// A field as a text; empty: there is none.
std::string text_of(const cJSON* object, const char* name) {
  const cJSON* const field = cJSON_GetObjectItemCaseSensitive(object, name);
  if (const char* const text = cJSON_GetStringValue(field)) return text;
  return cJSON_IsNumber(field) ? json_of(field) : "";
}

std::string text_of(const cJSON* object, const char* outer, const char* name) {
  return text_of(cJSON_GetObjectItemCaseSensitive(object, outer), name);
}

// The objects that an answer is about: those of its list, or itself.
template <class F>
void for_each(const cJSON* answer, const char* list, F f) {
  const cJSON* const found = cJSON_GetObjectItemCaseSensitive(answer, list);
  if (!cJSON_IsArray(found)) return f(answer);
  const cJSON* one = nullptr;
  cJSON_ArrayForEach(one, found) f(one);
}

const char* list_of(Command command) noexcept {
  switch (command) {
    case Command::publish:
      return "messages";
    case Command::who:
      return "members";
    case Command::channels:
      return "channels";
    default:
      return "";
  }
}

std::string facts_of(const cJSON* channel) {
  const std::pair<const char*, std::string> rows[] = {
      {"channel     ", text_of(channel, "channel")},
      {"epoch       ", text_of(channel, "epoch")},
      {"offset      ", text_of(channel, "offset")},
      {"kept        ", text_of(channel, "kept")},
      {"subscribers ", text_of(channel, "subscribers")},
      {"members     ", text_of(channel, "count", "members")},
      {"sessions    ", text_of(channel, "count", "sessions")},
  };
  std::string out;
  for (const auto& [name, value] : rows) out += name + printable(value) + '\n';
  return out;
}

Table table_of(Command command) {
  switch (command) {
    case Command::publish:
      return Table({{"CHANNEL"}, {"EPOCH", true}, {"OFFSET", true}, {"SUBSCRIBERS", true}});
    case Command::who:
      return Table({{"MEMBER"}, {"SESSIONS", true}, {"INFO"}});
    default:
      return Table({{"CHANNEL"},
                    {"SUBSCRIBERS", true},
                    {"MEMBERS", true},
                    {"KEPT", true},
                    {"OFFSET", true}});
  }
}

std::vector<std::string> row_of(Command command, const cJSON* one) {
  switch (command) {
    case Command::publish:
      return {text_of(one, "channel"), text_of(one, "epoch"), text_of(one, "offset"),
              text_of(one, "subscribers")};
    case Command::who:
      return {text_of(one, "key"), text_of(one, "sessions"), text_of(one, "info")};
    default:
      return {text_of(one, "channel"), text_of(one, "subscribers"),
              text_of(one, "count", "members"), text_of(one, "kept"), text_of(one, "offset")};
  }
}

bool fits(Command command, const cJSON* answer) {
  const auto has = [answer](const char* name) { return cJSON_HasObjectItem(answer, name) != 0; };
  switch (command) {
    case Command::publish:
      return has("messages") || has("offset");
    case Command::kick:
      return has("user");
    default:
      return has(command == Command::channels ? "channels" : "channel");
  }
}

}  // namespace

bool report(const Arguments& arguments, const std::vector<std::string>& answers, std::string& out) {
  const Command command = arguments.command;
  Table table = table_of(command);
  for (const std::string& answer : answers) {
    const Json json = parse(answer);
    if (!fits(command, json.get())) return false;
    for_each(json.get(), list_of(command), [&](const cJSON* one) {
      if (arguments.json) {
        out += json_of(one) + '\n';
      } else if (command == Command::kick) {
        out += printable(text_of(one, "user")) + " is disconnected\n";
      } else if (command == Command::show) {
        out += facts_of(one);
      } else if (command == Command::forget) {
        out += printable(text_of(one, "channel")) + ": " + text_of(one, "removed") +
               " messages forgotten\n";
      } else {
        table.add(row_of(command, one));
      }
    });
  }
  const bool is_table =
      command == Command::publish || command == Command::who || command == Command::channels;
  if (is_table && !arguments.json) out += table.text();
  return true;
}

std::string next_of(const std::string& answer) { return text_of(parse(answer).get(), "next"); }

}  // namespace ws::ctl
