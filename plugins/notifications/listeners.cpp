// Which connections of a loop hear a channel.
#include "listeners.h"

#include <algorithm>

namespace notifications {

Listeners::Channels& Listeners::here() {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Channels>& channels = loops_[std::this_thread::get_id()];
  if (!channels) channels = std::make_unique<Channels>();
  return *channels;
}

void Listeners::add(const std::string& channel, Listener& listener) {
  here()[channel].push_back(&listener);
}

void Listeners::remove(const std::string& channel, Listener& listener) {
  Channels& channels = here();
  const auto found = channels.find(channel);
  if (found == channels.end()) return;
  auto& all = found->second;
  if (const auto at = std::find(all.begin(), all.end(), &listener); at != all.end()) {
    *at = all.back();
    all.pop_back();
  }
  if (all.empty()) channels.erase(found);
}

}  // namespace notifications
