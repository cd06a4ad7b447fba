// Process CPU clocks: exact to the nanosecond, all threads included, also those that ended.
#include "cpu_time.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <string>

namespace bench {
namespace {

uint64_t read_clock(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) return 0;
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

uint64_t process_cpu_ns(pid_t pid) {
  clockid_t clock{};
  return clock_getcpuclockid(pid, &clock) == 0 ? read_clock(clock) : 0;
}

std::multimap<pid_t, pid_t> children_by_parent() {
  std::multimap<pid_t, pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (!std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); }))
      continue;
    std::ifstream file(entry.path() / "stat");
    std::string stat((std::istreambuf_iterator<char>(file)), {});
    const size_t command_end = stat.rfind(") ");  // then: state, parent
    if (command_end == std::string::npos || command_end + 4 >= stat.size()) continue;
    children.emplace(std::atoi(stat.c_str() + command_end + 4), std::atoi(name.c_str()));
  }
  return children;
}

}  // namespace

uint64_t now_ns() { return read_clock(CLOCK_MONOTONIC); }
uint64_t own_cpu_ns() { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

uint64_t machine_cpu_ns() {
  std::ifstream file("/proc/stat");
  std::string cpu;
  uint64_t user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft_irq = 0;
  file >> cpu >> user >> nice >> system >> idle >> wait >> irq >> soft_irq;
  const auto ticks_per_second = static_cast<uint64_t>(sysconf(_SC_CLK_TCK));
  return (user + nice + system + irq + soft_irq) * (1'000'000'000 / ticks_per_second);
}

std::map<pid_t, uint64_t> ServerCpu::read() const {
  const auto children = children_by_parent();
  std::vector<pid_t> pids = roots_;
  for (size_t i = 0; i < pids.size(); ++i) {
    const auto [first, last] = children.equal_range(pids[i]);
    for (auto child = first; child != last; ++child) pids.push_back(child->second);
  }
  std::map<pid_t, uint64_t> used;
  for (const pid_t pid : pids) used[pid] = process_cpu_ns(pid);
  return used;
}

void ServerCpu::start() { before_ = read(); }

uint64_t ServerCpu::used_ns() const {
  uint64_t used = 0;
  for (const auto& [pid, now] : read()) {
    const auto before = before_.find(pid);
    const uint64_t then = before == before_.end() ? 0 : before->second;
    if (now > then) used += now - then;
  }
  return used;
}

}  // namespace bench
