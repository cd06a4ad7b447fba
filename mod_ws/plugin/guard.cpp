// Where exceptions stop between the plugin's C ABI and us.
#include "plugin/guard.h"

namespace ws::plugin {

void log_escape(base::Log& log, std::string_view where, std::string_view what) noexcept {
  try {
    log.write(base::LogLevel::error,
              "exception out of " + std::string(where) + ": " + base::escaped(what));
  } catch (...) {
    log.write(base::LogLevel::error, "exception, and no memory to say where");
  }
}

}  // namespace ws::plugin
