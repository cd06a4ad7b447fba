// bench_limit: what an echo and a fan-out cost when a server does nothing but the system calls.
//
// It repeats opaque bytes: no frame is parsed, unmasked or checked, so that no WebSocket server can
// be cheaper with the same calls. The handshake is a constant. The path decides: /echo,
// /fanout/subscribe, or /fanout/publish, whose bytes go to all subscribers. With a certificate, the
// same over TLS.
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "server.h"

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::fprintf(stderr, "usage: bench_limit PORT [CERTIFICATE KEY]\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  const auto port = static_cast<uint16_t>(std::atoi(argv[1]));
  limit::Server server(port, argc == 4 ? limit::make_context(argv[2], argv[3]) : nullptr);
  if (!server.good()) {
    std::perror("bench_limit");
    return 1;
  }
  server.run();
}
