// Echo: each connection keeps `depth` messages in flight and checks every byte that returns.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "fleet.h"
#include "frame.h"
#include "histogram.h"
#include "report.h"

namespace bench {

class EchoMode final : public Fleet {
 public:
  EchoMode(Poller& poller, const Target& target, const Options& options);

  // An operation is one message there and back.
  bool run_and_report(Report& report);

  void on_bytes(Connection& connection, std::string_view bytes) override;
  void on_writable(Connection& connection) override { send_owed(connection); }

 private:
  struct Peer {
    FrameReader reader;
    std::vector<uint64_t> sent_ns;  // when the messages in flight were sent; a ring
    size_t oldest = 0;
    size_t owed = 0;    // bytes still to send
    size_t offset = 0;  // where they begin in frames_
  };
  struct Sink;

  void send_owed(Connection& connection);

  const Options& options_;
  const std::string expected_;  // payload as it comes back
  const size_t frame_size_;
  std::string frames_;  // `depth` equal frames; the stream sent is these over and over
  std::deque<Peer> peers_;
  uint64_t echoed_ = 0;
  Histogram latency_;
};

}  // namespace bench
