// What each thread does for a plugin right now.
#include "plugin/black_box.h"

#include <unistd.h>

#include "plugin/stack_trace.h"

namespace ws::plugin {

std::array<BlackBoxLine, BlackBox::kLines> BlackBox::lines_;
BlackBoxLine BlackBox::nobodys_;
thread_local BlackBoxLine* BlackBox::mine_ = nullptr;

uint64_t BlackBoxLine::what() const noexcept {
  const char* const name = callback.load();
  return digest(name ? name : "", message.load()) | 1;
}

void BlackBox::claim() noexcept {
  mine_ = &nobodys_;
  const int thread = gettid();
  for (BlackBoxLine& line : lines_) {
    int nobody = 0;
    if (!line.thread.compare_exchange_strong(nobody, thread)) continue;
    mine_ = &line;
    accept_stack_requests();
    return;
  }
}

void BlackBox::leave() noexcept {
  BlackBoxLine* const line = mine_;
  mine_ = nullptr;
  if (!line || line == &nobodys_) return;
  line->is_ours.store(false);
  line->thread.store(0);
}

}  // namespace ws::plugin
