// The thread that writes for one process: takes what waits, and writes it at once.
//
// Nobody else of the process ever waits for another process: loops and workers leave their
// operations in its queue. What comes while it waits for its turn becomes one transaction.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/once_per.h"
#include "channel/lmdb_gatekeeper.h"
#include "channel/lmdb_operation.h"
#include "channel/lmdb_reaper.h"
#include "channel/lmdb_writing.h"

namespace ws::channel::lmdb {

class Writer {
 public:
  // [main] All borrowed. No thread yet.
  Writer(Store& store, Control& control, Gatekeeper& gatekeeper, const LmdbSettings& settings,
         base::Log& log, const base::Clock& clock);
  // [main] stop() came before.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // [any] ok: it will be written, in the order of these calls. Never blocks on another process.
  // What only frees or only this process's own sessions can ask for is always taken.
  // is_held: between hold() and release() of this thread; the latter wakes the writer.
  [[nodiscard]] BusStatus submit(Operation operation, bool is_held = false);
  // [worker] Waits until it is written. A failure: it was not, and will not be.
  [[nodiscard]] Outcome submit_and_wait(Operation operation, uint32_t timeout_ms);

  // [any] Between these a thread submits what had better be one write: others' operations wait
  // for it a little, too.
  void hold() noexcept;
  void release() noexcept;

  // [any] The state is crowded, and somebody wanted room: sees to it that some is made.
  void ask_for_room();

  // [any] Whether this process takes part in looking for dead ones.
  void set_active(bool active);

  // [main] Before any other call: lets the sessions of processes that died leave.
  void look_for_dead() { reaper_.look_for_dead(); }

  // [main] Writes what waits, lets the process's sessions leave, ends the thread. What is not
  // written in the time is lost; others see to the sessions.
  void stop(uint32_t timeout_ms);

 private:
  enum class Health : uint8_t {
    good,
    full,   // the last write found no room
    broken  // the state cannot be written; the log says why
  };
  [[nodiscard]] bool start();
  void run();
  void write_some();
  void take_batch();
  void put_back();
  void finish();
  void tell_of_crowd();
  void fail_all(BusStatus status);
  [[nodiscard]] Outcome apply(Writing& writing, const Operation& operation);
  [[nodiscard]] Outcome apply_seats(Writing& writing, const Operation& operation);
  void after_error(int error);
  [[nodiscard]] bool is_disk_full() const noexcept;
  void set_health(Health health, int error);
  [[nodiscard]] bool is_refused(const Operation& operation) const noexcept;
  [[nodiscard]] bool wait_for_work(std::unique_lock<std::mutex>& lock);

  Store& store_;
  Control& control_;
  Gatekeeper& gatekeeper_;
  const LmdbSettings& settings_;
  base::Log& log_;
  const base::Clock& clock_;
  Reaper reaper_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Operation> queue_;
  size_t queue_bytes_ = 0;
  unsigned holds_ = 0;
  bool has_urgent_ = false;  // operations of somebody who holds nothing
  bool has_no_thread_ = false;
  Health health_ = Health::good;
  bool active_ = false;
  bool stopping_ = false;
  uint64_t deadline_ms_ = 0;  // of stop()
  std::thread thread_;

  // Of the thread.
  std::vector<Operation> batch_;
  std::vector<Outcome> outcomes_;
  size_t batch_limit_ = kBatchLimit;
  uint64_t complained_ms_ = 0;
  bool has_complained_ = false;
  base::OncePer crowd_lines_{60'000};
  size_t too_late_ = 0;  // messages of loops that a crowded state refused, not yet told

  static constexpr size_t kBatchLimit = 4096;
};

}  // namespace ws::channel::lmdb
