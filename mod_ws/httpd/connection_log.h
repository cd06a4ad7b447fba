// WebSocketLog: a line about each connection's end, in a file or to a program.
#pragma once

#include <optional>
#include <string>

#include "base/log_queue.h"
#include "httpd/httpd_headers.h"
#include "session/end_format.h"

namespace ws::httpd {

// One WebSocketLog line. Lives as long as the configuration.
struct ConnectionLogTarget {
  const char* where;  // "|program", or a path
  session::EndFormat* format;
  int fd = -1;  // from open_connection_logs() on
};

// [main] As root, before the children. False: the log says why.
[[nodiscard]] bool open_connection_logs(apr_pool_t* pconf, server_rec* main_server);

// One for each virtual host that has one, in a child. A full pipe holds up its own thread, nobody
// else: what finds no room is left out, and the error log told how many lines that were.
class ConnectionLog final : public session::EndLog {
 public:
  ConnectionLog(server_rec* s, const ConnectionLogTarget& target) noexcept;
  void write(const session::SessionEnd& end) noexcept override;
  [[nodiscard]] const server_rec* server() const noexcept { return server_; }
  // [main] When no loop writes any more. False: the log holds its thread.
  [[nodiscard]] bool stop(uint32_t wait_ms) noexcept { return queue_.stop(wait_ms); }

 private:
  class Sink final : public base::Log {
   public:
    Sink(server_rec* s, int fd) noexcept : server_(s), fd_(fd) {}
    [[nodiscard]] bool enabled(base::LogLevel) const noexcept override { return true; }
    void write(base::LogLevel level, std::string_view line) noexcept override;

   private:
    server_rec* const server_;
    const int fd_;
  };

  server_rec* const server_;
  const session::EndFormat& format_;
  Sink sink_;
  base::LogQueue queue_;
};

}  // namespace ws::httpd

extern "C" {
const char* ws_set_connection_log(cmd_parms* cmd, void* config, const char* where,
                                  const char* format);
}
