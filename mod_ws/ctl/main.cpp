// wsctl: channels from a shell.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <variant>

#include "ctl/arguments.h"
#include "ctl/run.h"

int main(int argc, char** argv) {
  try {
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
