// What this module knows of the MPM.
#include "httpd/mpm.h"

#include <scoreboard.h>
#include <unistd.h>

#include <string_view>

namespace ws::httpd::mpm {

namespace {

// Of all child processes, those of older generations too.
int places() noexcept {
  return query(is_threaded() ? AP_MPMQ_HARD_LIMIT_DAEMONS : AP_MPMQ_MAX_DAEMONS);
}

}  // namespace

int query(int what) noexcept {
  int value = 0;
  return ap_mpm_query(what, &value) == APR_SUCCESS ? value : 0;
}

bool is_threaded() noexcept { return query(AP_MPMQ_IS_THREADED) != AP_MPMQ_NOT_SUPPORTED; }

bool is_one_process() noexcept {
  return ap_exists_config_define("DEBUG") || ap_exists_config_define("ONE_PROCESS");
}

bool has_newer_generation() noexcept {
  return ap_scoreboard_image->global->running_generation != query(AP_MPMQ_GENERATION);
}

bool is_full() noexcept {
  // worker puts new children into the places of those whose threads have ended.
  if (std::string_view(ap_show_mpm()) == "worker") return false;
  for (int i = 0; i < places(); ++i)
    if (ap_scoreboard_image->parent[i].pid == 0) return false;
  return true;
}

void mark_as_draining() noexcept {
  if (is_threaded()) return;
  for (int i = 0; i < places(); ++i)
    if (ap_scoreboard_image->parent[i].pid == getpid())
      ap_update_child_status_from_indexes(i, 0, SERVER_GRACEFUL, nullptr);
}

}  // namespace ws::httpd::mpm
