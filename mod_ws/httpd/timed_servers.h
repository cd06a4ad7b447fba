// Copies of virtual hosts with another TimeOut, for subrequests.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// One for a child. What it gives lives until the process ends: mod_proxy keeps it with connections
// to backends that it will use again.
class TimedServers {
 public:
  // [any]
  [[nodiscard]] server_rec* with_timeout(server_rec* s, int64_t timeout_ms);

 private:
  std::mutex mutex_;  // guards copies_
  std::map<std::pair<server_rec*, int64_t>, server_rec*> copies_;
};

}  // namespace ws::httpd
