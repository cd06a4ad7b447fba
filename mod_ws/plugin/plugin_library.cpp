// A plugin's .so: found, opened, checked.
#include "plugin/plugin_library.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include "base/log.h"
#include "plugin/open_library.h"
#include "plugin/plugin_config.h"

namespace ws::plugin {

namespace {

constexpr const char* kSymbol = "wsp_plugin_v1";
// What every plugin of ABI 1 has.
constexpr size_t kFirstSize = offsetof(wsp_plugin, accepts) + sizeof(wsp_plugin::accepts);
constexpr size_t kMaxError = 512;

bool is_plugin_name(const char* name) noexcept {
  if (!name || *name == '\0') return false;
  return std::all_of(name, name + std::strlen(name), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// Levenshtein's distance of two short words.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::shared_ptr<const PluginLibrary> PluginLibrary::load(const std::string& name_or_path,
                                                         const std::string& plugin_dir,
                                                         std::string& error) {
  const bool is_path = name_or_path.find('/') != std::string::npos;
  std::shared_ptr<PluginLibrary> library(new PluginLibrary());
  library->path_ = is_path ? name_or_path : plugin_dir + "/" + name_or_path + ".so";
  const std::string& path = library->path_;

  library->handle_ = open_library(path, kSymbol);
  if (!library->handle_) {
    const char* const cause = dlerror();
    error = std::string("cannot load the plugin: ") + (cause ? cause : path.c_str());
    if (!is_path) {
      error +=
          " (a name is looked up in WebSocketPluginDir; a path with a slash is taken as it is)";
    }
    return nullptr;
  }
  const auto* const table = static_cast<const wsp_plugin*>(dlsym(library->handle_, kSymbol));
  if (!table) {
    error = path + " is no plugin for this server: it does not export " + kSymbol +
            "; build it with wsp_add_plugin() and this version's SDK";
    return nullptr;
  }
  if (library->take(*table, error)) return library;
  error = path + ": " + error;
  return nullptr;
}

std::shared_ptr<const PluginLibrary> PluginLibrary::wrap(const wsp_plugin& table,
                                                         std::string& error) {
  std::shared_ptr<PluginLibrary> library(new PluginLibrary());
  return library->take(table, error) ? library : nullptr;
}

PluginLibrary::~PluginLibrary() {
  if (handle_) dlclose(handle_);
}

bool PluginLibrary::take(const wsp_plugin& table, std::string& error) {
  if (table.struct_size < kFirstSize) {
    error = "wsp_plugin_v1.struct_size is " + std::to_string(table.struct_size) +
            ", less than any SDK's: set it to sizeof(wsp_plugin)";
    return false;
  }
  if (table.abi_minor > WSP_ABI_MINOR) {
    error = "it needs ABI 1." + std::to_string(table.abi_minor) + ", this server has 1." +
            std::to_string(WSP_ABI_MINOR) +
            ": update mod_websocket, or build the plugin for the older ABI";
    return false;
  }
  std::memcpy(&table_, &table, std::min<size_t>(table.struct_size, sizeof table_));
  if (!is_plugin_name(table_.name)) {
    error = "its name must be made of a-z, 0-9 and -";
    return false;
  }
  if (!table_.on_open) {
    error = "it lacks on_open, the one callback that a plugin must have";
    return false;
  }
  return true;
}

bool PluginLibrary::check_option(std::string_view option, std::string& error) const {
  std::vector<const wsp_option_spec*> known;
  for (const wsp_option_spec* spec = table_.options; spec && spec->name; ++spec) {
    if (option == spec->name) return true;
    known.push_back(spec);
  }
  error =
      "the plugin " + std::string(name()) + " has no option \"" + base::escaped(option, 64) + "\"";
  if (known.empty()) {
    error += ": it has none at all";
    return false;
  }
  const std::string_view wanted = option.substr(0, 64);
  std::stable_sort(known.begin(), known.end(), [wanted](const auto* a, const auto* b) {
    return distance(wanted, a->name) < distance(wanted, b->name);
  });
  if (distance(wanted, known.front()->name) <= 2 + wanted.size() / 4)
    error += std::string("; did you mean ") + known.front()->name + "?";
  error += " It has: ";
  for (const wsp_option_spec* spec : known) {
    if (spec != known.front()) error += ", ";
    error += spec->name;
    if (spec->form && *spec->form != '\0') error += std::string(" ") + spec->form;
  }
  return false;
}

bool PluginLibrary::check_config(const std::string& location, std::span<const PluginOption> options,
                                 std::string& error) const {
  for (const PluginOption& option : options)
    if (!check_option(option.name, error)) return false;
  if (!table_.check_config) return true;
  const PluginConfig config(location, options);
  std::array<char, kMaxError> said{};
  wsp_status status = WSP_E_FAILED;
  try {
    status = table_.check_config(&config.view(), said.data(), said.size());
  } catch (...) {
    status = WSP_E_FAILED;
  }
  if (status == WSP_OK) return true;
  said.back() = '\0';
  error = said.front() != '\0' ? said.data() : "its configuration is wrong; it does not say why";
  return false;
}

}  // namespace ws::plugin
