// Settings with which the MPM ends child processes in the midst of their WebSockets.
#pragma once

#include <vector>

#include "httpd/httpd_headers.h"

namespace ws::httpd {

struct MpmWarning {
  const char* setting;  // httpd's directive
  int value;
  const char* effect;
  int better;  // to write instead
};

// [main] When the MPM has read its settings.
[[nodiscard]] std::vector<MpmWarning> mpm_warnings();

// [main] When the configuration is final, also for httpd -t: a line for each of them.
void warn_of_mpm_settings(server_rec* main_server);

}  // namespace ws::httpd
