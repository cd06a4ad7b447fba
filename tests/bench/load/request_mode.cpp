// One failure ends the run: a server that refuses some is not measured.
#include "request_mode.h"

#include "fleet.h"

namespace bench {

RequestMode::RequestMode(Poller& poller, const Target& target, const Options& options)
    : poller_(poller), target_(target), options_(options), began_ns_(options.connections) {
  for (size_t i = 0; i < options.connections; ++i) connections_.emplace_back(poller.fd(), *this, i);
}

bool RequestMode::run_and_report(Report& report) {
  for (Connection& connection : connections_) start(connection);
  if (!run(options_.warm_up_seconds)) return false;
  Meter meter(ServerCpu(options_.server_pids));
  meter.start();
  answered_ = 0;
  latency_.clear();
  if (!run(options_.seconds)) return false;
  meter.report(answered_, report);
  report.add_latency("latency", latency_);
  return true;
}

bool RequestMode::run(double seconds) {
  poller_.run(static_cast<uint64_t>(seconds * 1e9), [this] { return !failure_.empty(); });
  return failure_.empty();
}

void RequestMode::start(Connection& connection) {
  began_ns_[connection.number()] = now_ns();
  connection.open(target_, numbered_path(options_.path, connection.number()));
}

void RequestMode::on_open(Connection& connection) {
  ++answered_;
  latency_.add(now_ns() - began_ns_[connection.number()]);
  connection.close();
  start(connection);
}

void RequestMode::on_failure(Connection&, std::string_view what) {
  if (failure_.empty()) failure_ = what;
}

}  // namespace bench
