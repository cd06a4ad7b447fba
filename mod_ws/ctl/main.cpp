// wsctl: channels from a shell.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <variant>

#include "ctl/arguments.h"
#include "ctl/run.h"

namespace {

// Where one of the three is closed, the next file that is opened takes its number: what is printed
// would be written into the state.
void open_standard_files() {
  int fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = open("/dev/null", O_RDWR);
  if (fd > STDERR_FILENO) close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    open_standard_files();
    const auto parsed = ws::ctl::parse_arguments(
        std::span<const char* const>(argv, static_cast<size_t>(argc)).subspan(argc > 0 ? 1 : 0),
        [](const char* name) -> const char* { return std::getenv(name); });
    if (const auto* const arguments = std::get_if<ws::ctl::Arguments>(&parsed))
      return ws::ctl::run(*arguments);
    std::fprintf(stderr, "wsctl: %s; wsctl --help tells more\n",
                 std::get<ws::ctl::UsageError>(parsed).message.c_str());
    return ws::ctl::kUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wsctl: %s\n", error.what());
    return ws::ctl::kFailed;
  }
}
