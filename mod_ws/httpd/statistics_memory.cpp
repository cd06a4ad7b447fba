// The memory of the statistics.
#include "httpd/statistics_memory.h"

#include <apr_shm.h>

#include <algorithm>
#include <new>

#include "httpd/configuration.h"
#include "plugin/statistics.h"

namespace ws::httpd {

namespace {

using plugin::Statistics;

// As it is kept over restarts.
struct Kept {
  void* memory;
  Statistics::Size size;
};

// Children of the old and the new configuration live side by side. Memory that nobody uses is not
// taken from the machine.
Statistics::Size size_for(const ServerConfig& config) {
  int children = 1;
  if (ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &children) != APR_SUCCESS) children = 64;
  const int64_t loops = std::max<int64_t>(config.loops, 1);
  int64_t lines = 0;
  for (const PluginBinding* one = config.bindings; one; one = one->next) ++lines;
  return {static_cast<uint32_t>(std::clamp<int64_t>(2 * children * loops + 8, 32, 8192)),
          static_cast<uint32_t>(std::clamp<int64_t>(4 * lines + 16, 32, 512))};
}

// Another layout of another version of this module is another memory.
const char* name_of_memory(apr_pool_t* pool) {
  return apr_psprintf(pool, "mod_websocket statistics %" APR_SIZE_T_FMT ".%" APR_SIZE_T_FMT,
                      Statistics::bytes({1, 1}), Statistics::bytes({1, 2}));
}

}  // namespace

void prepare_statistics(server_rec* main_server) {
  ServerConfig& config = *server_config(main_server);
  apr_pool_t* const pool = main_server->process->pool;
  const char* const name = name_of_memory(pool);
  auto* kept = static_cast<Kept*>(ap_retained_data_get(name));
  if (!kept) {
    const Statistics::Size size = size_for(config);
    apr_shm_t* memory = nullptr;
    const apr_status_t status = apr_shm_create(&memory, Statistics::bytes(size), nullptr, pool);
    if (status != APR_SUCCESS) {
      ap_log_error(APLOG_MARK, APLOG_WARNING, status, main_server,
                   "no shared memory for the statistics: mod_status shows each time those of one "
                   "child process only");
      return;
    }
    kept = static_cast<Kept*>(ap_retained_data_create(name, sizeof(Kept)));
    *kept = {apr_shm_baseaddr_get(memory), size};
  }
  config.statistics = new (apr_palloc(main_server->process->pconf, sizeof(Statistics)))
      Statistics(kept->memory, kept->size);
}

}  // namespace ws::httpd
