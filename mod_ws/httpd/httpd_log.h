// base::Log on the error log of one virtual host.
#pragma once

#include "base/log.h"
#include "httpd/httpd_headers.h"

namespace ws::httpd {

class HttpdLog final : public base::Log {
 public:
  // s: outlives this.
  explicit HttpdLog(server_rec* s) noexcept : server_(s) {}

  [[nodiscard]] bool enabled(base::LogLevel level) const noexcept override {
    return ap_get_server_module_loglevel(server_, websocket_module.module_index) >=
           httpd_level(level);
  }
  void write(base::LogLevel level, std::string_view line) noexcept override {
    ap_log_error(APLOG_MARK, httpd_level(level), 0, server_, "%.*s", static_cast<int>(line.size()),
                 line.data());
  }

  [[nodiscard]] server_rec* server() const noexcept { return server_; }

 private:
  static int httpd_level(base::LogLevel level) noexcept {
    switch (level) {
      case base::LogLevel::alert:
        return APLOG_ALERT;
      case base::LogLevel::error:
        return APLOG_ERR;
      case base::LogLevel::warning:
        return APLOG_WARNING;
      case base::LogLevel::info:
        return APLOG_INFO;
      case base::LogLevel::debug:
        return APLOG_DEBUG;
    }
    return APLOG_ERR;
  }

  server_rec* server_;
};

}  // namespace ws::httpd
