// A wsp_config with all that its pointers point to.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "plugin/plugin_library.h"
#include "wsp/plugin.h"

namespace ws::plugin {

// Borrows location and options.
class PluginConfig {
 public:
  PluginConfig(const std::string& location, std::span<const PluginOption> options) {
    options_.reserve(options.size());
    for (const PluginOption& option : options)
      options_.push_back({option.name.c_str(), option.value.c_str()});
    config_.struct_size = sizeof config_;
    config_.option_count = static_cast<uint32_t>(options_.size());
    config_.options = options_.data();
    config_.location = location.c_str();
  }
  PluginConfig(const PluginConfig&) = delete;
  PluginConfig& operator=(const PluginConfig&) = delete;

  [[nodiscard]] const wsp_config& view() const noexcept { return config_; }

 private:
  std::vector<wsp_option> options_;
  wsp_config config_{};
};

}  // namespace ws::plugin
