// Learns that httpd's parent process is gone.
#include "httpd/orphan_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/quiet_thread.h"

namespace ws::httpd {

// pidfd_open() is there since Linux 5.3; glibc has no function for it yet everywhere.
OrphanWatch::OrphanWatch(base::Log& log, std::function<void()> on_orphaned)
    : log_(log),
      on_orphaned_(std::move(on_orphaned)),
      parent_(getppid()),
      parent_fd_(static_cast<int>(syscall(SYS_pidfd_open, parent_, 0))),
      end_fd_(eventfd(0, EFD_CLOEXEC)) {}

OrphanWatch::~OrphanWatch() {
  if (!thread_.joinable()) return;
  eventfd_write(end_fd_.get(), 1);
  thread_.join();
}

void OrphanWatch::start() noexcept {
  std::call_once(once_, [this] {
    try {
      if (parent_fd_.get() < 0 || end_fd_.get() < 0)
        throw std::runtime_error("no descriptor for it");
      thread_ = base::start_quiet_thread("ws-parent", [this] { run(); });
    } catch (const std::exception& error) {
      log_.write(base::LogLevel::warning,
                 std::string("this process won't notice the end of its parent: ") + error.what());
    }
  });
}

void OrphanWatch::run() {
  pollfd waited[] = {{parent_fd_.get(), POLLIN, 0}, {end_fd_.get(), POLLIN, 0}};
  while (poll(waited, 2, -1) < 0 && errno == EINTR) {
  }
  // Its number may be another process's by now: then it was gone before the watch began.
  if (waited[1].revents == 0 || getppid() != parent_) on_orphaned_();
}

}  // namespace ws::httpd
