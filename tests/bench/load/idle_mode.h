// Idle: opens the connections, says so, and keeps them until stdin ends.
#pragma once

#include "fleet.h"

namespace bench {

class IdleMode final : public Fleet {
 public:
  IdleMode(Poller& poller, const Target& target, const Options& options)
      : Fleet(poller, target), options_(options) {}

  // Prints {"open": N} when all are open. False when one was lost.
  bool run_until_stdin_ends();

  void on_bytes(Connection&, std::string_view) override {}
  void on_writable(Connection&) override {}

 private:
  const Options& options_;
};

}  // namespace bench
