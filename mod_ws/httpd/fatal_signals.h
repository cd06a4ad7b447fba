// A crash of the child, or a plugin that calls exit(): it is counted, and what the threads had to
// say is written before it ends.
#pragma once

#include "base/log_queue.h"

namespace ws::httpd {

// The handlers of SIGSEGV and its like, in front of those that were there, which come next. One at
// a time.
class FatalSignals {
 public:
  // [main] queue: borrowed.
  explicit FatalSignals(const base::LogQueue& queue) noexcept;
  ~FatalSignals();
  FatalSignals(const FatalSignals&) = delete;
  FatalSignals& operator=(const FatalSignals&) = delete;
};

}  // namespace ws::httpd
