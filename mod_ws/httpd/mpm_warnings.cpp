// Settings with which the MPM ends child processes in the midst of their WebSockets.
#include "httpd/mpm_warnings.h"

#include <algorithm>
#include <string_view>

#include "httpd/mpm.h"

namespace ws::httpd {

namespace {

// A child that holds thousands of WebSockets and serves no page is idle to the MPM.
void warn_of_spares(std::vector<MpmWarning>& warnings) {
  const bool is_threaded = mpm::is_threaded();
  const int of_child = is_threaded ? mpm::query(AP_MPMQ_MAX_THREADS) : 1;
  const int most = mpm::query(AP_MPMQ_MAX_DAEMONS) * of_child;
  const int spare = mpm::query(is_threaded ? AP_MPMQ_MAX_SPARE_THREADS : AP_MPMQ_MAX_SPARE_DAEMONS);
  const int least = mpm::query(is_threaded ? AP_MPMQ_MIN_SPARE_THREADS : AP_MPMQ_MIN_SPARE_DAEMONS);
  // What the MPM makes of it when it starts.
  const int real = std::max(spare, std::max(least, 1) + of_child + (is_threaded ? 1 : 0));
  if (real < most)
    warnings.push_back(
        {is_threaded ? "MaxSpareThreads" : "MaxSpareServers", spare,
         "lets httpd end child processes that serve few pages, however many WebSockets they hold",
         most});
}

}  // namespace

std::vector<MpmWarning> mpm_warnings() {
  std::vector<MpmWarning> warnings;
  if (mpm::is_one_process()) return warnings;
  warn_of_spares(warnings);
  if (const int most = mpm::query(AP_MPMQ_MAX_REQUESTS_DAEMON); most != 0)
    warnings.push_back({"MaxConnectionsPerChild", most,
                        "ends child processes after so many connections, with all their WebSockets",
                        0});
  // Of the others, worker needs none more, and prefork has MaxRequestWorkers for all.
  const int places = mpm::query(AP_MPMQ_HARD_LIMIT_DAEMONS);
  const int children = mpm::query(AP_MPMQ_MAX_DAEMONS);
  if (std::string_view(ap_show_mpm()) == "event" && places < 2 * children)
    warnings.push_back(
        {"ServerLimit", places,
         "leaves no place for new child processes while those before a graceful restart drain",
         2 * children});
  return warnings;
}

void warn_of_mpm_settings(server_rec* s) {
  for (const auto& [setting, value, effect, better] : mpm_warnings())
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s, "%s %d %s: write \"%s %d\"", setting, value,
                 effect, setting, better);
}

}  // namespace ws::httpd
