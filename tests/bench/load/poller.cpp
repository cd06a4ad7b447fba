// An event without a connection only wakes the loop (stdin in idle mode).
#include "poller.h"

#include <unistd.h>

#include <algorithm>

namespace bench {

Poller::Poller() : fd_(epoll_create1(EPOLL_CLOEXEC)) {}
Poller::~Poller() { close(fd_); }

void Poller::serve(uint64_t at_most_ns) {
  const uint64_t timeout_ms = std::min<uint64_t>(at_most_ns / 1'000'000 + 1, 100);
  const int count = epoll_wait(fd_, events_.data(), static_cast<int>(events_.size()),
                               static_cast<int>(timeout_ms));
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<size_t>(i)];
    if (event.data.ptr != nullptr)
      static_cast<Connection*>(event.data.ptr)->on_events(event.events);
  }
}

}  // namespace bench
