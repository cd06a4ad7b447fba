// What the installed httpd says of its configuration.
#include "ctl/doctor/inventory.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

#include "base/unique_fd.h"
#include "ctl/check.h"

namespace ws::ctl {

namespace {

constexpr std::string_view kLine = "mod_websocket {";

// Runs the check of the configuration. Its exit status; all it prints is in `printed`.
int run_httpd(const Arguments& arguments, std::string& printed) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return -1;
  const base::UniqueFd reading(ends[0]);
  base::UniqueFd writing(ends[1]);
  const pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    dup2(writing.get(), STDOUT_FILENO);
    dup2(writing.get(), STDERR_FILENO);
    std::string error;
    check_configuration(arguments, error, {"-D", "DUMP_WEBSOCKETS"});
    error += '\n';
    [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, error.data(), error.size());
    _exit(1);
  }
  writing.reset();
  std::array<char, 4096> part;
  for (;;) {
    const ssize_t size = read(reading.get(), part.data(), part.size());
    if (size > 0) printed.append(part.data(), static_cast<size_t>(size));
    if (size == 0 || (size < 0 && errno != EINTR)) break;
  }
  int status = -1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string text_of(const cJSON* object, const char* name) {
  const char* const text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
  return text ? text : "";
}

std::optional<int64_t> number_of(const cJSON* object, const char* name) {
  const cJSON* const number = cJSON_GetObjectItemCaseSensitive(object, name);
  if (!cJSON_IsNumber(number)) return std::nullopt;
  return static_cast<int64_t>(number->valuedouble);
}

}  // namespace

std::optional<Inventory> read_inventory(const std::string& printed) {
  const size_t line = printed.find(kLine);
  if (line == std::string::npos) return std::nullopt;
  const std::unique_ptr<cJSON, void (*)(cJSON*)> json(
      cJSON_Parse(printed.c_str() + line + kLine.size() - 1), cJSON_Delete);
  if (!json) return std::nullopt;
  Inventory found;
  const cJSON* const mpm = cJSON_GetObjectItemCaseSensitive(json.get(), "mpm");
  found.mpm = text_of(mpm, "name");
  const cJSON* one = nullptr;
  cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(mpm, "warnings")) {
    found.mpm_warnings.push_back({text_of(one, "setting"), number_of(one, "value").value_or(0),
                                  text_of(one, "effect"), number_of(one, "better").value_or(0)});
  }
  found.pid_file = text_of(json.get(), "pid_file");
  found.user = static_cast<uint32_t>(number_of(json.get(), "user").value_or(0));
  found.max_connections = number_of(json.get(), "max_connections");
  const cJSON* const state = cJSON_GetObjectItemCaseSensitive(json.get(), "state");
  found.state_directory = text_of(state, "directory");
  found.state_size = number_of(state, "size").value_or(0);
  cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(json.get(), "locations")) {
    found.places.push_back({text_of(one, "path"), text_of(one, "plugin"), text_of(one, "server"),
                            text_of(one, "address"), text_of(one, "protocol"),
                            static_cast<uint16_t>(number_of(one, "port").value_or(0))});
  }
  return found;
}

std::optional<Inventory> take_inventory(const Arguments& arguments, Findings& findings) {
  std::string printed;
  if (run_httpd(arguments, printed) != 0) {
    while (printed.ends_with('\n')) printed.pop_back();
    findings.bad("configuration", "httpd refuses it: " + printed,
                 "mend that line; wsctl check tells whether it is good");
    return std::nullopt;
  }
  findings.good("configuration", "httpd accepts it");
  std::optional<Inventory> found = read_inventory(printed);
  if (!found)
    findings.bad(
        "module", "httpd has no mod_websocket, or one that is older than this wsctl",
        "LoadModule websocket_module modules/mod_websocket.so (Debian: a2enmod websocket)");
  return found;
}

}  // namespace ws::ctl
