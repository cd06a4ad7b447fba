// What the installed httpd says of its configuration: httpd -t -D DUMP_WEBSOCKETS.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ctl/arguments.h"
#include "ctl/doctor/finding.h"

namespace ws::ctl {

struct Place {
  std::string path;
  std::string plugin;
  std::string server;    // its ServerName
  std::string address;   // where httpd listens
  std::string protocol;  // of the Listen line: "https", "http" or nothing
  uint16_t port = 0;
};

// A setting with which the MPM would end child processes that have WebSockets.
struct MpmWarning {
  std::string setting;
  int64_t value = 0;
  std::string effect;
  int64_t better = 0;  // to write instead
};

struct Inventory {
  std::string mpm;
  std::vector<MpmWarning> mpm_warnings;
  std::string pid_file;
  uint32_t user = 0;
  std::optional<int64_t> max_connections;
  std::string state_directory;  // empty: none
  int64_t state_size = 0;       // bytes
  std::vector<Place> places;
};

// Nothing: the configuration has a fault, or the module is not there; `findings` says which.
[[nodiscard]] std::optional<Inventory> take_inventory(const Arguments& arguments,
                                                      Findings& findings);

// From what httpd printed. Nothing: the module said nothing in it.
[[nodiscard]] std::optional<Inventory> read_inventory(const std::string& printed);

}  // namespace ws::ctl
