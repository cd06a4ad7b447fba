// A few lines about bad ends each second, and the number of all others.
#include "session/bad_end_lines.h"

#include <cinttypes>
#include <cstdio>

#include "net/event_loop.h"

namespace ws::session {

bool BadEndLines::take(base::Log& log) noexcept {
  if (log.enabled(base::LogLevel::debug)) return true;
  if (!timer_runs()) loop_.schedule(*this, 1000);
  if (written_ < kMostPerSecond) {
    ++written_;
    return true;
  }
  ++missed_;
  log_ = &log;
  return false;
}

void BadEndLines::on_timer() {
  tell();
  written_ = 0;
}

void BadEndLines::tell() noexcept {
  if (missed_ == 0) return;
  char line[80];
  const int size = std::snprintf(line, sizeof line,
                                 "%" PRIu64 " more sessions ended like those before", missed_);
  log_->write(base::LogLevel::info, {line, static_cast<size_t>(size)});
  missed_ = 0;
}

}  // namespace ws::session
