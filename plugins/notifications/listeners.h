// Which connections of a loop hear a channel: so they learn of what the server delivers to them.
// Connections belong to one loop, and what is delivered there is shaped on its thread: none ever
// meets another's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>
#include <wsp/plugin.hpp>

#include "notification.h"
#include "user_state.h"

namespace notifications {

// One notification that is being delivered.
struct Arrival {
  std::string_view topic;
  const Notification& said;
  wsp::Position position;
  std::int64_t time_ms;
};

// [session] None of these adds or removes a listener of the same channel.
class Listener {
 public:
  virtual void on_arrival(const Arrival& arrival) = 0;
  virtual void on_state(const UserState& state) = 0;
  // Something was published there that does not come.
  virtual void on_gap(std::string_view channel) = 0;

 protected:
  ~Listener() = default;
};

class Listeners {
 public:
  // On the listener's own thread.
  void add(const std::string& channel, Listener& listener);
  void remove(const std::string& channel, Listener& listener);

  // [loop] Calls fn(Listener&) for those of this thread.
  template <class F>
  void each(std::string_view channel, F fn) {
    Channels& channels = here();
    const auto found = channels.find(std::string(channel));
    if (found == channels.end()) return;
    for (Listener* listener : found->second) fn(*listener);
  }

 private:
  using Channels = std::unordered_map<std::string, std::vector<Listener*>>;
  Channels& here();

  std::mutex mutex_;  // guards the map, not what it points to
  std::map<std::thread::id, std::unique_ptr<Channels>> loops_;
};

}  // namespace notifications
