// All clients of a run, who comes and goes, and what is told about them.
#pragma once

#include <deque>
#include <memory>

#include "client.h"
#include "poller.h"

namespace soak {

struct Settings {
  uint16_t port = 0, tls_port = 0;
  size_t connections = 5'000;
  unsigned churn = 50;  // so many a second leave, and come again
  uint64_t seed = 1;
};

class Crowd {
 public:
  Crowd(bench::Poller& poller, SSL_CTX* tls, const Settings& settings);

  // Until stdin ends; then everybody leaves. A line of JSON each second. True when nothing was
  // wrong.
  bool run();

 private:
  void turn();
  void tell();
  bool all_left();

  bench::Poller& poller_;
  const Settings settings_;
  Surroundings around_;
  std::deque<std::unique_ptr<Client>> clients_;
  uint64_t began_ = 0;
  uint64_t leavers_ = 0;  // since then
  uint64_t told_at_ = 0;
};

}  // namespace soak
