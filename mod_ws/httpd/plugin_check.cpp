// Loads the configured plugins and checks their options.
#include "httpd/plugin_check.h"

#include <dlfcn.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>

namespace ws::httpd {

namespace {

using LibraryPtr = std::shared_ptr<const plugin::PluginLibrary>;

// Every library once, for as long as the configuration lives.
struct Libraries {
  std::deque<LibraryPtr> loaded;

  LibraryPtr* load(const std::string& name, const std::string& dir, std::string& error) {
    LibraryPtr library = plugin::PluginLibrary::load(name, dir, error);
    if (!library) return nullptr;
    const auto known = std::ranges::find(
        loaded, library->path(), [](const LibraryPtr& one) -> const auto& { return one->path(); });
    if (known != loaded.end()) return &*known;
    return &loaded.emplace_back(std::move(library));
  }
};

extern "C" apr_status_t ws_unload_plugins(void* libraries) {
  delete static_cast<Libraries*>(libraries);
  return APR_SUCCESS;
}

// "websocket", beside this module's own file.
std::string default_plugin_dir() {
  Dl_info info{};
  std::string path;
  if (dladdr(&websocket_module, &info) != 0 && info.dli_fname) path = info.dli_fname;
  const size_t slash = path.rfind('/');
  return (slash == std::string::npos ? std::string(".") : path.substr(0, slash)) + "/websocket";
}

// In the form that httpd itself reports a fault of a directive.
bool complain(const server_rec* s, const ConfigPlace& place, const std::string& fault) {
  ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, s,
               "Syntax error on line %u of %s:", place.line, place.file);
  ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, s, "%s", fault.c_str());
  return false;
}

ConfigPlace place_of_option(const PluginOption* options, const std::string& name,
                            const ConfigPlace& otherwise) {
  for (; options; options = options->next)
    if (name == options->name) return options->place;
  return otherwise;
}

bool check_binding(PluginBinding& binding, Libraries& libraries, const std::string& dir) {
  std::string error;
  binding.library = libraries.load(binding.name, dir, error);
  if (!binding.library) return complain(binding.server, binding.place, "WebSocketPlugin: " + error);
  const plugin::PluginLibrary& library = **binding.library;
  const auto options = effective_options(binding.section->options);
  for (const auto& option : options) {
    if (library.check_option(option.name, error)) continue;
    return complain(binding.server,
                    place_of_option(binding.section->options, option.name, binding.place),
                    "WebSocketPluginOption: " + error);
  }
  if (library.check_config(binding.location, options, error)) return true;
  // The plugin names the option that it dislikes; its line is more help than the plugin's.
  ConfigPlace place = binding.place;
  for (const auto& option : options)
    if (error.find(option.name) != std::string::npos)
      place = place_of_option(binding.section->options, option.name, place);
  return complain(binding.server, place,
                  "WebSocketPlugin " + std::string(library.name()) + ": " + error);
}

// An option in a section without a plugin is for one of a section around it: at least one
// plugin must know it.
bool check_loose_option(const OptionLine& line, const PluginBinding* bindings) {
  std::string error = "there is no WebSocketPlugin that could use it";
  for (const PluginBinding* one = bindings; one; one = one->next)
    if (one->library && (**one->library).check_option(line.option->name, error)) return true;
  return complain(ap_server_conf, line.option->place,
                  "WebSocketPluginOption " + std::string(line.option->name) + ": " + error);
}

}  // namespace

std::vector<plugin::PluginOption> effective_options(const PluginOption* newest) {
  std::vector<plugin::PluginOption> options;
  for (; newest; newest = newest->next)
    if (std::ranges::find(options, newest->name, &plugin::PluginOption::name) == options.end())
      options.push_back({newest->name, newest->value});
  std::ranges::reverse(options);
  return options;
}

int check_plugins(apr_pool_t* pconf, server_rec* main_server) {
  ServerConfig& global = *server_config(main_server);
  if (!global.bindings && !global.option_lines) return kOk;
  auto libraries = std::make_unique<Libraries>();
  const std::string dir = global.plugin_dir ? global.plugin_dir : default_plugin_dir();
  bool good = true;
  for (PluginBinding* one = global.bindings; one; one = one->next)
    good = check_binding(*one, *libraries, dir) && good;
  for (const OptionLine* line = global.option_lines; good && line; line = line->next)
    if (!line->section->plugin) good = check_loose_option(*line, global.bindings);
  apr_pool_cleanup_register(pconf, libraries.release(), ws_unload_plugins, apr_pool_cleanup_null);
  return good ? kOk : kDone;
}

}  // namespace ws::httpd
