// WebSocketLog: a line about each connection's end.
#include "httpd/connection_log.h"

#include <apr_file_io.h>
#include <apr_portable.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <utility>

#include "httpd/configuration.h"

namespace ws::httpd {

namespace {

// Bytes of lines that wait for one log.
constexpr size_t kQueue = size_t{1} << 20;

constexpr const char* kDefaultFormat =
    "%{client} %{user} [%{time}] \"%{path}\" %{code} %{duration} %{messages-in} %{bytes-in} "
    "%{messages-out} %{bytes-out} \"%{cause}\" \"%{reason}\" %{session}";

extern "C" apr_status_t ws_destroy_end_format(void* format) {
  delete static_cast<session::EndFormat*>(format);
  return APR_SUCCESS;
}

apr_file_t* open_program(apr_pool_t* pconf, const char* program) {
  piped_log* const piped = ap_open_piped_log(pconf, program);
  return piped ? ap_piped_log_write_fd(piped) : nullptr;
}

bool open_target(apr_pool_t* pconf, server_rec* s, ConnectionLogTarget& target) {
  if (target.fd >= 0) return true;
  apr_file_t* file = nullptr;
  apr_status_t status = APR_EGENERAL;
  if (target.where[0] == '|') {
    file = open_program(pconf, target.where + 1);
  } else {
    status = apr_file_open(&file, target.where, APR_WRITE | APR_APPEND | APR_CREATE | APR_LARGEFILE,
                           APR_OS_DEFAULT, pconf);
    if (status != APR_SUCCESS) file = nullptr;
  }
  if (!file || apr_os_file_get(&target.fd, file) != APR_SUCCESS) {
    ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, status, s,
                 "WebSocketLog: could not open \"%s\"", target.where);
    return false;
  }
  return true;
}

}  // namespace

bool open_connection_logs(apr_pool_t* pconf, server_rec* main_server) {
  for (server_rec* s = main_server; s; s = s->next) {
    ConnectionLogTarget* const target = server_config(s)->connection_log;
    if (target && !open_target(pconf, s, *target)) return false;
  }
  return true;
}

ConnectionLog::ConnectionLog(server_rec* s, const ConnectionLogTarget& target) noexcept
    : server_(s), format_(*target.format), sink_(s, target.fd), queue_(kQueue) {}

void ConnectionLog::write(const session::SessionEnd& end) noexcept {
  try {
    const char* const name = server_->server_hostname;
    queue_.add(sink_, base::LogLevel::info,
               format_.line(end, name ? name : "", std::time(nullptr)) + '\n');
  } catch (const std::bad_alloc&) {
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, server_, "WebSocketLog: no memory for a line");
  }
}

// From the queue's thread, which may wait.
void ConnectionLog::Sink::write(base::LogLevel level, std::string_view line) noexcept {
  if (level != base::LogLevel::info) {
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server_, "WebSocketLog: %.*s",
                 static_cast<int>(line.size()), line.data());
    return;
  }
  // As httpd's own access log: an error of the disk is not told of for each line.
  while (!line.empty()) {
    const ssize_t written = ::write(fd_, line.data(), line.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) line.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace ws::httpd

using namespace ws::httpd;

const char* ws_set_connection_log(cmd_parms* cmd, void*, const char* where, const char* text) {
  if (const char* const error = ap_check_cmd_context(cmd, NOT_IN_DIR_LOC_FILE)) return error;
  ServerConfig& config = *server_config(cmd->server);
  config.connection_log = nullptr;
  config.connection_log_off = apr_strnatcasecmp(where, "off") == 0;
  if (config.connection_log_off)
    return text ? apr_psprintf(cmd->pool, "%s: nothing follows \"off\"", cmd->cmd->name) : nullptr;
  const char* const path = where[0] == '|' ? where : ap_server_root_relative(cmd->pool, where);
  apr_finfo_t info;
  const char* const folder =
      path && *path != '|' ? ap_make_dirstr_parent(cmd->temp_pool, path) : nullptr;
  if (!path || (folder && (apr_stat(&info, folder, APR_FINFO_TYPE, cmd->temp_pool) != APR_SUCCESS ||
                           info.filetype != APR_DIR)))
    return apr_psprintf(cmd->pool, "%s: \"%s\" can't be written, for there is no directory \"%s\"",
                        cmd->cmd->name, where, folder ? folder : "");
  std::string error;
  auto format = ws::session::EndFormat::parse(text ? text : kDefaultFormat, error);
  if (!format) return apr_psprintf(cmd->pool, "%s: %s", cmd->cmd->name, error.c_str());
  auto* const kept = new ws::session::EndFormat(std::move(*format));
  apr_pool_cleanup_register(cmd->pool, kept, ws_destroy_end_format, apr_pool_cleanup_null);
  config.connection_log =
      new (apr_palloc(cmd->pool, sizeof(ConnectionLogTarget))) ConnectionLogTarget{path, kept};
  return nullptr;
}
