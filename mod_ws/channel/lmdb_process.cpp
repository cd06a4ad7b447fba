// What /proc says of another process.
#include "channel/lmdb_process.h"

#include <fcntl.h>
#include <signal.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/unique_fd.h"

namespace ws::channel::lmdb {

bool facts_of(pid_t pid, ProcessFacts& facts) noexcept {
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", static_cast<int>(pid));
  const base::UniqueFd file(open(path.data(), O_RDONLY | O_CLOEXEC));
  std::array<char, 1024> text{};
  if (!file || read(file.get(), text.data(), text.size() - 1) <= 0) return false;
  // pid (name) state ppid ...: the name may hold anything, so from its end.
  const char* field = std::strrchr(text.data(), ')');
  if (!field || field[1] != ' ') return false;
  field += 2;
  facts.is_stopped = *field == 'T' || *field == 't';
  constexpr int kState = 3;
  constexpr int kStartTime = 22;
  for (int number = kState; number < kStartTime; ++number) {
    field = std::strchr(field, ' ');
    if (!field) return false;
    ++field;
  }
  facts.started = std::strtoull(field, nullptr, 10);
  return true;
}

bool kill_if_stopped(pid_t pid, uint64_t started) noexcept {
  ProcessFacts facts;
  if (pid <= 0 || !facts_of(pid, facts)) return false;
  if (facts.started != started || !facts.is_stopped) return false;
  return kill(pid, SIGKILL) == 0;
}

}  // namespace ws::channel::lmdb
