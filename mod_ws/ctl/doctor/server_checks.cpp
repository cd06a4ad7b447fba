// What wsctl doctor looks at on the server's machine.
#include "ctl/doctor/server_checks.h"

#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace ws::ctl {

namespace {

constexpr int64_t kForPages =
    300;  // descriptors beside those of WebSockets: logs, files, libraries
constexpr int64_t kFewDescriptors = 4096;

std::string name_of(uint32_t user) {
  const passwd* const entry = getpwuid(user);
  return entry ? entry->pw_name : '#' + std::to_string(user);
}

// Of a process that runs; nothing: it cannot be read.
std::optional<int64_t> descriptor_limit(int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/limits");
  constexpr std::string_view kTitle = "Max open files";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(kTitle)) continue;
    int64_t soft = 0;
    if (std::istringstream(line.substr(kTitle.size())) >> soft) return soft;
    return INT64_MAX;  // "unlimited"
  }
  return std::nullopt;
}

void check_descriptors(const Inventory& inventory, int64_t pid, Findings& findings) {
  const std::optional<int64_t> limit = descriptor_limit(pid);
  if (!limit) {
    findings.note("descriptors", "the limit of the running httpd cannot be read",
                  "run wsctl doctor on the machine of the server, as root");
    return;
  }
  const int64_t wanted = inventory.max_connections.value_or(kFewDescriptors) + kForPages;
  const std::string has = "each child process may open " + std::to_string(*limit) + " files";
  if (*limit >= wanted) {
    findings.good("descriptors", has);
  } else if (inventory.max_connections) {
    findings.bad(
        "descriptors",
        has + ", WebSocketMaxConnections alone wants " + std::to_string(*inventory.max_connections),
        "systemctl edit apache2: [Service] LimitNOFILE=" + std::to_string(wanted) +
            "; or a lower WebSocketMaxConnections");
  } else {
    findings.bad("descriptors", has + ", and each WebSocket is one",
                 "systemctl edit apache2: [Service] LimitNOFILE=65536");
  }
}

}  // namespace

void check_process(const Inventory& inventory, Findings& findings) {
  std::ifstream file(inventory.pid_file);
  int64_t pid = 0;
  if (!(file >> pid) || pid <= 0 || (kill(static_cast<pid_t>(pid), 0) != 0 && errno != EPERM)) {
    findings.bad("httpd", "it does not run: no process is named in " + inventory.pid_file,
                 "apachectl start (Debian: systemctl start apache2)");
    return;
  }
  findings.good("httpd", "runs as process " + std::to_string(pid));
  check_descriptors(inventory, pid, findings);
}

void check_mpm(const Inventory& inventory, Findings& findings) {
  for (const MpmWarning& one : inventory.mpm_warnings)
    findings.bad("mpm", one.setting + ' ' + std::to_string(one.value) + ' ' + one.effect,
                 one.setting + ' ' + std::to_string(one.better));
  if (inventory.mpm_warnings.empty())
    findings.good("mpm", inventory.mpm + " ends no child process that has WebSockets");
}

void check_state(const Inventory& inventory, Findings& findings) {
  const std::string& directory = inventory.state_directory;
  if (directory.empty()) {
    findings.note("state", "WebSocketStateDir none: a message reaches one child process only");
    return;
  }
  struct stat facts {};
  if (stat(directory.c_str(), &facts) != 0) {
    findings.bad("state", directory + " cannot be used: " + std::strerror(errno),
                 "start httpd, which makes it; its error log says why it could not");
    return;
  }
  const size_t before = findings.all().size();
  if (facts.st_uid != inventory.user)
    findings.bad("state",
                 directory + " belongs to " + name_of(facts.st_uid) + ", httpd runs as " +
                     name_of(inventory.user),
                 "chown -R " + name_of(inventory.user) + ' ' + directory);
  if ((facts.st_mode & 07777) != S_IRWXU)
    findings.bad("state", directory + " is open to others, or closed to its owner",
                 "chmod 700 " + directory);
  struct statvfs space {};
  if (statvfs(directory.c_str(), &space) == 0) {
    std::error_code error;
    int64_t used = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, error)) {
      struct stat file {};
      if (stat(entry.path().c_str(), &file) == 0) used += file.st_blocks * 512;
    }
    const auto free = static_cast<int64_t>(space.f_bavail * space.f_frsize);
    if (free + used < inventory.state_size)
      findings.bad("state",
                   "it may grow to " + std::to_string(inventory.state_size >> 20) +
                       " MB, and its disk has " + std::to_string((free + used) >> 20),
                   "room on the disk, or WebSocketStateSize " +
                       std::to_string(std::max<int64_t>(1, (free + used) >> 21)) + "M");
  }
  if (findings.all().size() == before)
    findings.good("state", directory + " is the server's own, with room to grow");
}

}  // namespace ws::ctl
