// The command line.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bench {

struct Options {
  std::string mode;   // echo, fanout, handshake, page, idle, recover
  uint16_t port = 0;  // on 127.0.0.1
  bool tls = false;
  std::string path = "/";  // "{}" becomes the number of the connection
  std::string publish_path = "/";
  size_t connections = 100;  // in fanout: subscribers
  size_t size = 20;          // of a message, in bytes
  size_t depth =
      1;  // messages in flight: echo: on each connection, fanout: in all; recover: missed
  double seconds = 3;
  double warm_up_seconds = 0.5;
  bool opaque = false;  // the server repeats bytes: its frames are masked like ours
  std::vector<pid_t> server_pids;
};

// nullopt after a message on stderr.
std::optional<Options> parse_options(int argc, char** argv);

}  // namespace bench
