// The one epoll of the program and its clock.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>

#include "connection.h"
#include "cpu_time.h"

namespace bench {

constexpr uint64_t kSecond = 1'000'000'000;  // in nanoseconds

class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  [[nodiscard]] int fd() const { return fd_; }

  // Serves events until done() or for so long; done() is asked between two batches.
  template <typename Done>
  bool run(uint64_t duration_ns, Done done) {
    const uint64_t end = now_ns() + duration_ns;
    for (;;) {
      if (done()) return true;
      const uint64_t now = now_ns();
      if (now >= end) return false;
      serve(end - now);
    }
  }

 private:
  void serve(uint64_t at_most_ns);

  const int fd_;
  std::array<epoll_event, 1024> events_{};
};

}  // namespace bench
