// What /proc says of another process.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace ws::channel::lmdb {

struct ProcessFacts {
  uint64_t started = 0;     // in the kernel's ticks since boot: with the pid it names one process
  bool is_stopped = false;  // by a signal or a debugger
};

// False: there is none, or no /proc.
[[nodiscard]] bool facts_of(pid_t pid, ProcessFacts& facts) noexcept;

// Ends the process if it is the one that started then and is stopped. False: it is not.
[[nodiscard]] bool kill_if_stopped(pid_t pid, uint64_t started) noexcept;

}  // namespace ws::channel::lmdb
