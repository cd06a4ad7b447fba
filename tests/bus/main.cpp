// bus_random [--seconds N] [--seed N] [--processes N] [--size MB] [--directory PATH] [--verbose]
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>

#include "driver.h"

int main(int argc, char** argv) {
  ws::channel::test::Options options;
  options.seed = std::random_device()();
  const char* const temporary = std::getenv("TMPDIR");
  options.directory =
      std::string(temporary ? temporary : "/tmp") + "/ws-bus-" + std::to_string(getpid());
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--verbose") {
      options.is_verbose = true;
      continue;
    }
    const char* const value = ++i < argc ? argv[i] : "";
    if (name == "--directory") {
      options.directory = value;
    } else if (name == "--seed") {
      options.seed = std::strtoull(value, nullptr, 10);
    } else if (name == "--seconds") {
      options.seconds = static_cast<unsigned>(std::atoi(value));
    } else if (name == "--processes") {
      options.processes = static_cast<unsigned>(std::atoi(value));
    } else if (name == "--size") {
      options.size_mb = static_cast<unsigned>(std::atoi(value));
    } else {
      std::fprintf(stderr, "unknown option: %s\n", argv[i - 1]);
      return 2;
    }
  }
  std::printf("seed %llu\n", static_cast<unsigned long long>(options.seed));
  std::fflush(stdout);
  return ws::channel::test::Driver(options).run() ? 0 : 1;
}
