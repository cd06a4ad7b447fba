// bench_load: a load generator for WebSocket servers on this machine. One thread, one run, one
// line of JSON; exit status 1 when an answer was wrong or missing.
#include <cstdio>

#include "echo_mode.h"
#include "fanout_mode.h"
#include "idle_mode.h"
#include "options.h"
#include "poller.h"
#include "recover_mode.h"
#include "report.h"
#include "request_mode.h"

namespace {

template <typename Mode>
int measure(bench::Poller& poller, const bench::Target& target, const bench::Options& options) {
  Mode mode(poller, target, options);
  bench::Report report;
  const bool good = mode.run_and_report(report);
  if (!good) report.add("failure", mode.failure());
  report.print();
  return good ? 0 : 1;
}

int idle(bench::Poller& poller, const bench::Target& target, const bench::Options& options) {
  bench::IdleMode mode(poller, target, options);
  if (mode.run_until_stdin_ends()) return 0;
  bench::Report report;
  report.add("failure", mode.failure());
  report.print();
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = bench::parse_options(argc, argv);
  if (!options) return 2;
  bench::TlsContext tls;
  if (options->tls && (tls = bench::make_client_context()) == nullptr) return 2;
  const bench::Target target{
      .port = options->port, .tls = tls.get(), .upgrade = options->mode != "page"};
  bench::Poller poller;
  if (options->mode == "echo") return measure<bench::EchoMode>(poller, target, *options);
  if (options->mode == "fanout") return measure<bench::FanoutMode>(poller, target, *options);
  if (options->mode == "recover") return measure<bench::RecoverMode>(poller, target, *options);
  if (options->mode == "handshake" || options->mode == "page")
    return measure<bench::RequestMode>(poller, target, *options);
  if (options->mode == "idle") return idle(poller, target, *options);
  std::fprintf(stderr, "bench_load: no mode '%s'\n", options->mode.c_str());
  return 2;
}
