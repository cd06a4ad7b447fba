// A plugin's .so: found, opened, checked. It runs none of the plugin's code but check_config.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "wsp/plugin.h"

namespace ws::plugin {

// One WebSocketPluginOption line.
struct PluginOption {
  std::string name, value;

  bool operator==(const PluginOption&) const = default;
};

// Immutable; any thread may read it. Its end closes the .so.
class PluginLibrary {
 public:
  // [main] A name is NAME.so in plugin_dir; what holds a slash is a path. Null on failure:
  // `error` is a sentence that says what to do.
  [[nodiscard]] static std::shared_ptr<const PluginLibrary> load(const std::string& name_or_path,
                                                                 const std::string& plugin_dir,
                                                                 std::string& error);
  // Around a table that outlives it, for a plugin that is no .so of its own.
  [[nodiscard]] static std::shared_ptr<const PluginLibrary> wrap(const wsp_plugin& table,
                                                                 std::string& error);
  ~PluginLibrary();
  PluginLibrary(const PluginLibrary&) = delete;
  PluginLibrary& operator=(const PluginLibrary&) = delete;

  // Complete: what an older plugin does not know is null or zero.
  [[nodiscard]] const wsp_plugin& table() const noexcept { return table_; }
  [[nodiscard]] std::string_view name() const noexcept { return table_.name; }
  [[nodiscard]] std::string_view version() const noexcept {
    return table_.version ? table_.version : "";
  }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  // [main] Whether the plugin has this option; `error` lists those it has, the nearest first.
  [[nodiscard]] bool check_option(std::string_view option, std::string& error) const;

  // [main] Maybe as root. All names as above, then the plugin's check_config. Each name once.
  [[nodiscard]] bool check_config(const std::string& location,
                                  std::span<const PluginOption> options, std::string& error) const;

 private:
  PluginLibrary() noexcept = default;
  [[nodiscard]] bool take(const wsp_plugin& table, std::string& error);

  void* handle_ = nullptr;  // of dlopen
  std::string path_;
  wsp_plugin table_{};
};

}  // namespace ws::plugin
