// Handshakes, or pages: `connections` at a time, each closed and opened anew when it is answered.
#pragma once

#include <deque>
#include <string>

#include "connection.h"
#include "histogram.h"
#include "options.h"
#include "poller.h"
#include "report.h"

namespace bench {

class RequestMode final : public ConnectionUser {
 public:
  RequestMode(Poller& poller, const Target& target, const Options& options);

  // An operation is one connection: TCP, TLS, the request and its answer.
  bool run_and_report(Report& report);
  [[nodiscard]] const std::string& failure() const { return failure_; }

  void on_open(Connection& connection) override;
  void on_bytes(Connection&, std::string_view) override {}
  void on_writable(Connection&) override {}
  void on_failure(Connection& connection, std::string_view what) override;

 private:
  void start(Connection& connection);
  bool run(double seconds);

  Poller& poller_;
  const Target target_;
  const Options& options_;
  std::deque<Connection> connections_;
  std::deque<uint64_t> began_ns_;
  uint64_t answered_ = 0;
  Histogram latency_;
  std::string failure_;
};

}  // namespace bench
