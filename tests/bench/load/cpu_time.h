// CPU time as the kernel accounts it: of the server (a tree of processes) and of this program.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <vector>

namespace bench {

uint64_t now_ns();          // monotonic clock
uint64_t own_cpu_ns();      // of this process, all threads
uint64_t machine_cpu_ns();  // of everything on all CPUs, interrupts included; in steps of 10 ms

// The CPU clocks of the processes `roots` and of all their descendants. A process that ends between
// two calls takes its time with it; one that starts counts from its birth.
class ServerCpu {
 public:
  explicit ServerCpu(std::vector<pid_t> roots) : roots_(std::move(roots)) {}

  void start();                            // remembers where each process stands
  [[nodiscard]] uint64_t used_ns() const;  // since start()

 private:
  [[nodiscard]] std::map<pid_t, uint64_t> read() const;

  std::vector<pid_t> roots_;
  std::map<pid_t, uint64_t> before_;
};

}  // namespace bench
