// stdin is watched by the same epoll, without a connection.
#include "idle_mode.h"

#include <poll.h>
#include <unistd.h>

#include <limits>

#include "report.h"

namespace bench {
namespace {

bool stdin_ended() {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  char byte = 0;
  return poll(&input, 1, 0) > 0 && ::read(STDIN_FILENO, &byte, 1) <= 0;
}

}  // namespace

bool IdleMode::run_until_stdin_ends() {
  if (!open(options_.connections, [this](size_t i) { return numbered_path(options_.path, i); }))
    return false;
  Report report;
  report.add("open", static_cast<uint64_t>(size()));
  report.print();
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(poller().fd(), EPOLL_CTL_ADD, STDIN_FILENO, &event);
  poller().run(std::numeric_limits<int64_t>::max(), [this] { return failed() || stdin_ended(); });
  return !failed();
}

}  // namespace bench
