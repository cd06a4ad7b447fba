// The channels' state that httpd's processes share.
#include "ctl/state.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace ws::ctl {

void StderrLog::write(base::LogLevel level, std::string_view line) noexcept {
  if (enabled(level))
    std::fprintf(stderr, "wsctl: %.*s\n", static_cast<int>(line.size()), line.data());
}

std::unique_ptr<State> open_state(const std::string& directory, std::string& error) {
  struct stat facts {};
  if (stat(directory.c_str(), &facts) != 0) {
    error = "the state directory " + directory + " cannot be used: " + std::strerror(errno);
    return nullptr;
  }
  if (facts.st_uid != geteuid()) {
    const passwd* const owner = getpwuid(facts.st_uid);
    const std::string name = owner ? owner->pw_name : '#' + std::to_string(facts.st_uid);
    error = directory + " belongs to " + name + ": run wsctl as that user (sudo -u " + name + ")";
    return nullptr;
  }
  auto state = std::make_unique<State>();
  state->bus = channel::LmdbBus::join(directory, state->log, state->clock, error);
  return state->bus ? std::move(state) : nullptr;
}

}  // namespace ws::ctl
