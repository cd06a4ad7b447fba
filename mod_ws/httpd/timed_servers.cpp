// Copies of virtual hosts with another TimeOut.
#include "httpd/timed_servers.h"

namespace ws::httpd {

server_rec* TimedServers::with_timeout(server_rec* s, int64_t timeout_ms) {
  const std::lock_guard lock(mutex_);
  server_rec*& copy = copies_[{s, timeout_ms}];
  if (!copy) {
    copy = new server_rec(*s);
    copy->timeout = apr_time_from_msec(timeout_ms);
  }
  return copy;
}

}  // namespace ws::httpd
