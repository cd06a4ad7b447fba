// Learns that httpd's parent process is gone. Without it nobody restarts this process, replaces or
// ends it, and it keeps the ports from the next httpd.
#pragma once

#include <sys/types.h>

#include <functional>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/unique_fd.h"

namespace ws::httpd {

class OrphanWatch {
 public:
  // [main] The parent is the process's parent now. on_orphaned: called by the watch's thread.
  OrphanWatch(base::Log& log, std::function<void()> on_orphaned);
  ~OrphanWatch();
  OrphanWatch(const OrphanWatch&) = delete;
  OrphanWatch& operator=(const OrphanWatch&) = delete;

  // [any] The first call starts the thread, which sleeps until then. Where it can't be, the log
  // says so.
  void start() noexcept;

 private:
  void run();

  base::Log& log_;
  const std::function<void()> on_orphaned_;
  const pid_t parent_;
  std::once_flag once_;
  base::UniqueFd parent_fd_;
  base::UniqueFd end_fd_;
  std::thread thread_;
};

}  // namespace ws::httpd
