// Loads the configured plugins and checks their options: at start and at configtest.
#pragma once

#include <vector>

#include "httpd/configuration.h"
#include "plugin/plugin_library.h"

namespace ws::httpd {

// [main] The check_config hook: kOk, or kDone with all faults in the log.
int check_plugins(apr_pool_t* pconf, server_rec* main_server);

// The options that are in force, each name once, in the order of the files.
[[nodiscard]] std::vector<plugin::PluginOption> effective_options(const PluginOption* newest);

}  // namespace ws::httpd
