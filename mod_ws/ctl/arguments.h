// What the command line asks for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "channel/bus.h"

namespace ws::ctl {

enum class Command : uint8_t {
  publish,
  tail,
  who,
  kick,
  channels,
  show,
  forget,
  check,
  doctor,
  help,
  version
};

struct Arguments {
  Command command = Command::help;
  bool json = false;
  uint32_t timeout_ms = 10'000;  // for one answer

  // Where the channels are: url, or state_dir and name_space.
  std::string url;
  std::string key_file;  // empty: no key
  std::string ca_file;   // empty: the system's
  std::string state_dir;
  std::string name_space;

  std::vector<std::string> channels;   // tail: or families, as "orders.*"; doctor: addresses
  std::vector<std::string> users;      // publish, kick
  std::optional<std::string> message;  // publish; none: standard input
  bool binary = false;
  bool no_compress = false;
  std::optional<uint32_t> history;
  std::string age;                         // as a publish Location takes it
  std::optional<channel::Position> since;  // tail
  std::optional<uint32_t> code;            // kick
  std::optional<std::string> reason;
  std::string location;
  std::string prefix;       // channels
  std::string config_file;  // check, doctor; empty: httpd's own
  std::string httpd;        // check, doctor; empty: it is looked for
};

// One sentence.
struct UsageError {
  std::string message;
};

// arguments: without the program's name. environment: value of a variable, or null.
[[nodiscard]] std::variant<Arguments, UsageError> parse_arguments(
    std::span<const char* const> arguments,
    const std::function<const char*(const char*)>& environment);

}  // namespace ws::ctl
