// Where the channels of all child processes are.
#include "httpd/state.h"

#include <apr_shm.h>
#include <unistd.h>
#include <unixd.h>

#include <new>
#include <string>

#include "channel/lmdb_bus.h"
#include "channel/lmdb_directory.h"
#include "channel/local_bus.h"
#include "httpd/configuration.h"

namespace ws::httpd {

namespace {

bool has_many_children() noexcept {
  int children = 1;
  return ap_mpm_query(AP_MPMQ_MAX_DAEMONS, &children) == APR_SUCCESS && children > 1;
}

}  // namespace

bool prepare_state(server_rec* main_server, apr_pool_t* pool) {
  const channel::LmdbSettings state = server_config(main_server)->state(pool);
  if (state.directory.empty()) {
    if (has_many_children())
      ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                   "WebSocketStateDir none: a message reaches the clients of one child process "
                   "only, and there may be several");
    return true;
  }
  const bool is_root = geteuid() == 0;
  const std::string error = channel::prepare_state_directory(
      state.directory, is_root ? ap_unixd_config.user_id : geteuid(),
      is_root ? ap_unixd_config.group_id : getegid());
  if (error.empty()) return true;
  ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, main_server, "WebSocketStateDir: %s",
               error.c_str());
  return false;
}

void make_death_roll(apr_pool_t* pconf, server_rec* main_server) {
  apr_shm_t* memory = nullptr;
  const apr_status_t status = apr_shm_create(&memory, sizeof(plugin::DeathRoll), nullptr, pconf);
  if (status != APR_SUCCESS) {
    ap_log_error(APLOG_MARK, APLOG_WARNING, status, main_server,
                 "no shared memory: a plugin that crashes again and again is not switched off");
    return;
  }
  server_config(main_server)->deaths = new (apr_shm_baseaddr_get(memory)) plugin::DeathRoll{};
}

ChildBus open_bus(server_rec* main_server, base::Log& log, const base::Clock& clock) {
  const channel::LmdbSettings state = server_config(main_server)->state(main_server->process->pool);
  if (state.directory.empty())
    return {std::make_unique<channel::LocalBus>(clock), static_cast<uint16_t>(getpid())};
  std::string error;
  auto bus = channel::LmdbBus::open(state, log, clock, error);
  if (!bus) {
    log.write(base::LogLevel::error, error + "; this process answers WebSockets with 503");
    return {};
  }
  const uint16_t process = bus->process();
  return {std::move(bus), process};
}

}  // namespace ws::httpd
