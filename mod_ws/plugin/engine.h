// All that one process needs to run sessions: loops and their threads, plugin instances, the
// bus, threads for blocking work. httpd/child builds one per child.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "channel/bus.h"
#include "plugin/plugin_instance.h"
#include "plugin/watchdog.h"
#include "session/session.h"

namespace ws::plugin {

struct EngineSettings {
  unsigned loops = 1;    // 1..16
  uint16_t process = 1;  // in session numbers: no two processes of a server share it
  unsigned work_threads = 4;
  size_t work_queue = 1024;  // jobs that wait
  // Bytes of all loops together: what waits for slow peers, and messages that are not complete.
  size_t send_memory = size_t{256} << 20;
  size_t receive_memory = size_t{256} << 20;
  size_t mailbox_bytes = size_t{64} << 20;  // that other threads' calls may take, per loop
  Statistics* statistics = nullptr;         // borrowed; null: its own
  uint64_t generation = 0;                  // of the configuration, for these
  WatchdogSettings watchdog = {};
  DeathRoll* deaths = nullptr;  // borrowed; null: no plugin is ever switched off
};

// How the sessions end.
struct StopPlan {
  static constexpr uint32_t kUntilTheyLeave = UINT32_MAX;

  uint16_t code = 1001;
  // They are closed over this time, one after the other; or never.
  uint32_t spread_ms = 0;
  uint32_t wait_ms = 5'000;  // from the last close to the cut
};

// How far that is.
struct DrainState {
  bool drains = false;
  uint64_t since_ms = 0;  // by the engine's clock
  uint64_t until_ms = 0;  // UINT64_MAX: until they leave
  size_t sessions = 0;    // as it began; session_count() of them, or fewer, are left
};

class Engine {
 public:
  // [main] Starts no thread. Throws std::system_error when the kernel refuses a descriptor.
  // log and clock are borrowed.
  Engine(const EngineSettings& settings, base::Log& log, const base::Clock& clock,
         std::unique_ptr<channel::Bus> bus);
  // [main] Stops at once what stop() didn't.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // [any] The instance of this configuration; its create() runs in the first call, and others
  // wait for it. Null when create() failed, now or before (the log says so once), when it is
  // switched off, or when the engine stops. Lives until stop().
  [[nodiscard]] PluginInstance* instance(const InstanceConfig& config);

  // [any] Starts the threads at the first call. False when that failed, or the engine stops:
  // answer 503. Ask before the 101.
  [[nodiscard]] bool start();

  // [any] For SessionStart: a seat, if fewer than `most` connections have one. They have it from
  // here to the session's end. Ends before the engine.
  [[nodiscard]] session::Seat reserve(size_t most) noexcept;

  // [any] Gives the connection to the loop with the fewest; its SSL belongs to that loop when this
  // returns. After start() only. While the engine stops the session begins, and is closed like
  // the others; once it has stopped the socket ends.
  void adopt(session::SessionStart start);

  // [any] Until the engine's end.
  [[nodiscard]] channel::Bus& bus() noexcept;

  // [any] Until its end: where counts what belongs to no loop.
  [[nodiscard]] const Row& row() const noexcept;
  [[nodiscard]] Statistics& statistics() const noexcept;

  // [any] Sessions, and connections on their way to a loop.
  [[nodiscard]] size_t session_count() const noexcept;

  // [any] Tells the plugins (on_stopping). start() and instance() fail from now on.
  void begin_stop();

  // [any] begin_stop(); the loops then close all sessions and cut what is left at the end of the
  // wait. Of several calls only the first counts.
  void drain(const StopPlan& plan);
  // [any] Also in a signal's handler. Drains at once: whoever isn't closed yet is closed with the
  // code, and cut after the wait. start() fails from now on.
  void hurry(uint16_t code, uint32_t wait_ms) noexcept;
  // [any] Waits so long at most. True: no session is left, or they had all the time of the plan.
  [[nodiscard]] bool drained_within(uint32_t ms);
  // [any]
  [[nodiscard]] DrainState drain_state() const noexcept;

  // [main] Drains by this plan, or hurries if it drains already; then ends the threads and destroys
  // the instances. False: a plugin holds one of our threads; then the process should end soon, for
  // nothing that the thread may use was freed.
  bool stop(const StopPlan& plan);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace ws::plugin
