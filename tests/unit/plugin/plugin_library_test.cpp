// Which plugins are loaded, and what an administrator reads about the others (BAD_INPUT H5).
#include "plugin/plugin_library.h"

#include <cstring>
#include <string>

#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// The directory of a file, and its name without ".so".
std::pair<std::string, std::string> split(const std::string& path) {
  const size_t slash = path.rfind('/');
  return {path.substr(0, slash), path.substr(slash + 1, path.size() - slash - 4)};
}

constexpr wsp_option_spec kOptions[] = {
    {"history", "0-1000", "Messages kept."},
    {"max-name", "1-64", "Letters of a name."},
    {"rooms", nullptr, "Rooms."},
    {nullptr, nullptr, nullptr},
};

wsp_status check_config(const wsp_config* config, char* error, size_t size) {
  for (uint32_t i = 0; i < config->option_count; ++i)
    if (std::strcmp(config->options[i].value, "bad") == 0) {
      std::snprintf(error, size, "%s is bad in %s", config->options[i].name, config->location);
      return WSP_E_INVALID;
    }
  return WSP_OK;
}

}  // namespace

TEST_GROUP(plugin_library) {
  Script script;
  wsp_plugin table = scripted_plugin(script);
  std::string error;
};

TEST(plugin_library, LoadsByNameAndByPath) {
  const auto [directory, name] = split(ECHO_PLUGIN);
  const auto by_name = PluginLibrary::load(name, directory, error);
  CHECK_TRUE(by_name != nullptr);
  CHECK_TRUE(by_name->name() == "echo");
  STRCMP_EQUAL(ECHO_PLUGIN, by_name->path().c_str());
  const auto by_path = PluginLibrary::load(ECHO_PLUGIN, "/nowhere", error);
  CHECK_TRUE(by_path != nullptr);
  POINTERS_EQUAL((void*)by_name->table().on_open, (void*)by_path->table().on_open);
}

TEST(plugin_library, AnOldPluginIsCompletedWithZeros) {
  const auto old = PluginLibrary::load(OLD_PLUGIN, {}, error);
  STRCMP_EQUAL("", error.c_str());
  CHECK_TRUE(old != nullptr);
}

TEST(plugin_library, RefusesWithWordsThatHelp) {
  struct Row {
    const char* path;
    const char* says;
  };
  const Row rows[] = {
      {"/no/such/plugin.so", "/no/such/plugin.so"},
      {NO_SYMBOL, "does not export wsp_plugin_v1"},
      {UNDEFINED_SYMBOL, "undefined symbol: wsp_nobody_defines_this"},
      {BAD_STRUCT_SIZE, "struct_size is 24"},
      {BAD_MINOR, "update mod_websocket"},
      {BAD_NAME, "made of a-z, 0-9 and -"},
      {NO_ON_OPEN, "lacks on_open"},
  };
  for (const Row& row : rows) {
    error.clear();
    CHECK_TRUE_TEXT(PluginLibrary::load(row.path, {}, error) == nullptr, row.path);
    CHECK_TRUE_TEXT(has(error, row.says), error.c_str());
  }
}

TEST(plugin_library, AMissingNameTellsWhereItWasSought) {
  CHECK_TRUE(PluginLibrary::load("nosuch", "/some/dir", error) == nullptr);
  CHECK_TRUE_TEXT(has(error, "/some/dir/nosuch.so"), error.c_str());
  CHECK_TRUE_TEXT(has(error, "WebSocketPluginDir"), error.c_str());
}

TEST(plugin_library, ReadsNothingBehindStructSize) {
  constexpr size_t kFirst = offsetof(wsp_plugin, accepts) + sizeof(uint32_t);
  table.accepts = WSP_ACCEPT_TEXT;
  table.struct_size = kFirst;
  CHECK_TRUE(PluginLibrary::wrap(table, error) != nullptr);
  table.struct_size = kFirst - 1;
  CHECK_TRUE(PluginLibrary::wrap(table, error) == nullptr);
  // A newer plugin's table is longer than ours.
  struct Longer {
    wsp_plugin known;
    void* more[4];
  } longer{table, {}};
  longer.known.struct_size = sizeof longer;
  const auto library = PluginLibrary::wrap(longer.known, error);
  CHECK_TRUE(library != nullptr);
  CHECK_EQUAL(uint32_t{WSP_ACCEPT_TEXT}, library->table().accepts);
}

TEST(plugin_library, NamesAreSmallLettersDigitsAndDashes) {
  for (const char* name : {"a", "chat-2", "0", "-"}) {
    table.name = name;
    CHECK_TRUE(PluginLibrary::wrap(table, error) != nullptr);
  }
  for (const char* name : {"", "A", "a b", "a_b", "\xC3\xA4", "a/b"}) {
    table.name = name;
    CHECK_TRUE(PluginLibrary::wrap(table, error) == nullptr);
  }
  table.name = nullptr;
  CHECK_TRUE(PluginLibrary::wrap(table, error) == nullptr);
}

TEST(plugin_library, KnowsItsOptions) {
  table.options = kOptions;
  const auto library = PluginLibrary::wrap(table, error);
  for (const char* option : {"history", "max-name", "rooms"})
    CHECK_TRUE(library->check_option(option, error));
  CHECK_FALSE(library->check_option("histroy", error));
  STRCMP_EQUAL(
      "the plugin scripted has no option \"histroy\"; did you mean history? It has: history "
      "0-1000, rooms, max-name 1-64",
      error.c_str());
  CHECK_FALSE(library->check_option("zzzzzzzzzzzzzzz", error));
  CHECK_FALSE(has(error, "did you mean"));
  CHECK_TRUE(has(error, "It has: "));
  CHECK_FALSE(library->check_option("", error));
  CHECK_FALSE(library->check_option("History", error));
  CHECK_TRUE(has(error, "did you mean history?"));
  CHECK_FALSE(library->check_option("a\x1B[31mb", error));
  CHECK_FALSE(has(error, "\x1B"));
}

TEST(plugin_library, WithoutOptionsAllAreRefused) {
  const auto library = PluginLibrary::wrap(table, error);
  CHECK_FALSE(library->check_option("x", error));
  STRCMP_EQUAL("the plugin scripted has no option \"x\": it has none at all", error.c_str());
}

TEST(plugin_library, AsksThePluginAboutValues) {
  table.options = kOptions;
  table.check_config = check_config;
  const auto library = PluginLibrary::wrap(table, error);
  const PluginOption good[] = {{"history", "5"}};
  CHECK_TRUE(library->check_config("/ws", good, error));
  const PluginOption bad[] = {{"history", "5"}, {"rooms", "bad"}};
  CHECK_FALSE(library->check_config("/ws", bad, error));
  STRCMP_EQUAL("rooms is bad in /ws", error.c_str());
  const PluginOption unknown[] = {{"nosuch", "5"}};
  CHECK_FALSE(library->check_config("/ws", unknown, error));
  CHECK_TRUE(has(error, "has no option"));
}

TEST(plugin_library, ACheckThatSaysNothingOrTooMuchOrThrowsIsAnError) {
  table.check_config = [](const wsp_config*, char*, size_t) -> wsp_status { return WSP_E_FAILED; };
  CHECK_FALSE(PluginLibrary::wrap(table, error)->check_config("/", {}, error));
  CHECK_FALSE(error.empty());
  table.check_config = [](const wsp_config*, char* to, size_t size) -> wsp_status {
    std::memset(to, 'x', size);
    return WSP_E_INVALID;
  };
  CHECK_FALSE(PluginLibrary::wrap(table, error)->check_config("/", {}, error));
  CHECK_TRUE(error.size() > 100 && error.find_first_not_of('x') == std::string::npos);
  table.check_config = [](const wsp_config*, char*, size_t) -> wsp_status { throw 1; };
  CHECK_FALSE(PluginLibrary::wrap(table, error)->check_config("/", {}, error));
  CHECK_FALSE(error.empty());
}
