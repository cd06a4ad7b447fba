// Recovery: clients that say "again" and get what they missed, `depth` messages, all at once.
#pragma once

#include <string>
#include <vector>

#include "fleet.h"
#include "frame.h"
#include "histogram.h"
#include "report.h"

namespace bench {

class RecoverMode final : public Fleet {
 public:
  RecoverMode(Poller& poller, const Target& target, const Options& options);

  // An operation is one client's recovery.
  bool run_and_report(Report& report);

  void on_bytes(Connection& connection, std::string_view bytes) override;
  void on_writable(Connection&) override {}

 private:
  struct Peer {
    FrameReader reader;
    size_t messages = 0;  // of this recovery
    uint64_t asked_ns = 0;
  };
  struct Sink;

  void ask(Connection& connection);

  const Options& options_;
  const std::string expected_;
  const std::string request_;
  std::vector<Peer> peers_;
  uint64_t recovered_ = 0;
  Histogram latency_;
};

}  // namespace bench
