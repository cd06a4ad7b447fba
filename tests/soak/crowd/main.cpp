// soak_crowd: some thousand clients of all kinds, in one thread, until stdin ends.
// Usage: soak_crowd PORT TLS-PORT CONNECTIONS CHURN SEED
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "crowd.h"
#include "tls_client.h"

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: soak_crowd PORT TLS-PORT CONNECTIONS CHURN SEED\n");
    return 2;
  }
  const auto number = [&](int at) { return std::strtoull(argv[at], nullptr, 10); };
  const soak::Settings settings{.port = static_cast<uint16_t>(number(1)),
                                .tls_port = static_cast<uint16_t>(number(2)),
                                .connections = number(3),
                                .churn = static_cast<unsigned>(number(4)),
                                .seed = number(5)};
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes with write()
  const bench::TlsContext tls = bench::make_client_context();
  if (tls == nullptr) return 2;
  bench::Poller poller;
  soak::Crowd crowd(poller, tls.get(), settings);
  return crowd.run() ? 0 : 1;
}
