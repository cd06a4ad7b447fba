// A table of options, each with a setter.
#include "options.h"

#include <cstdio>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

constexpr const char* kUsage =
    "usage: bench_load echo|fanout|handshake|page|idle|recover --port N [--tls] [--path P]\n"
    "  [--publish-path P] [--connections N] [--size BYTES] [--depth N] [--seconds S]\n"
    "  [--warm-up S] [--opaque] [--server-pids PID,...]\n";

std::vector<pid_t> parse_pids(const std::string& list) {
  std::vector<pid_t> pids;
  std::istringstream stream(list);
  for (std::string pid; std::getline(stream, pid, ',');) pids.push_back(std::stoi(pid));
  return pids;
}

void parse(int argc, char** argv, Options& options) {
  const std::map<std::string, std::function<void(const std::string&)>> setters = {
      {"--port", [&](auto& v) { options.port = static_cast<uint16_t>(std::stoul(v)); }},
      {"--path", [&](auto& v) { options.path = v; }},
      {"--publish-path", [&](auto& v) { options.publish_path = v; }},
      {"--connections", [&](auto& v) { options.connections = std::stoul(v); }},
      {"--size", [&](auto& v) { options.size = std::stoul(v); }},
      {"--depth", [&](auto& v) { options.depth = std::stoul(v); }},
      {"--seconds", [&](auto& v) { options.seconds = std::stod(v); }},
      {"--warm-up", [&](auto& v) { options.warm_up_seconds = std::stod(v); }},
      {"--server-pids", [&](auto& v) { options.server_pids = parse_pids(v); }},
  };
  options.mode = argc > 1 ? argv[1] : "";
  for (int i = 2; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--tls" || name == "--opaque") {
      (name == "--tls" ? options.tls : options.opaque) = true;
      continue;
    }
    const auto setter = setters.find(name);
    if (setter == setters.end() || i + 1 == argc) throw std::invalid_argument(name);
    setter->second(argv[++i]);
  }
  if (options.port == 0 || options.connections == 0 || options.depth == 0)
    throw std::invalid_argument("--port, --connections and --depth are above 0");
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  try {
    parse(argc, argv, options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_load: %s\n%s", error.what(), kUsage);
    return std::nullopt;
  }
  return options;
}

}  // namespace bench
