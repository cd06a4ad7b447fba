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

// -1: another child has it by now.
int own_place() noexcept {
  for (int i = 0; i < places(); ++i)
    if (ap_scoreboard_image->parent[i].pid == getpid()) return i;
  return -1;
}

bool is_worker() noexcept { return std::string_view(ap_show_mpm()) == "worker"; }

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
  if (is_worker()) return false;
  for (int i = 0; i < places(); ++i)
    if (ap_scoreboard_image->parent[i].pid == 0) return false;
  return true;
}

void mark_as_draining() noexcept {
  if (is_threaded()) return;
  if (const int place = own_place(); place >= 0)
    ap_update_child_status_from_indexes(place, 0, SERVER_GRACEFUL, nullptr);
}

void mark_threads_as_dead() noexcept {
  const int place = is_worker() ? own_place() : -1;
  if (place < 0 || ap_scoreboard_image->parent[place].quiescing == 0) return;
  for (int i = 0; i < query(AP_MPMQ_MAX_THREADS); ++i)
    if (ap_scoreboard_image->servers[place][i].status == SERVER_GRACEFUL)
      ap_update_child_status_from_indexes(place, i, SERVER_DEAD, nullptr);
}

}  // namespace ws::httpd::mpm
