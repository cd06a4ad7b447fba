// The thread that listens for one process: reads the log when it is woken, for all loops.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "channel/lmdb_control.h"
#include "channel/lmdb_reader.h"
#include "channel/lmdb_writer.h"

namespace ws::channel::lmdb {

class Ear {
 public:
  // [main] All borrowed. No thread yet.
  Ear(Store& store, Control& control, Writer& writer, const LmdbSettings& settings, base::Log& log,
      const base::Clock& clock);
  ~Ear();
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;

  // [main]
  std::shared_ptr<Reader> add(Listener& listener);
  void remove(const std::shared_ptr<Reader>& reader) noexcept;
  // Ends the thread.
  void stop() noexcept;

  // ---- [any] ----

  // The channel's state is known, or `status` says why not.
  void activate(std::shared_ptr<Reader> reader, std::shared_ptr<Listening> listening,
                BusStatus status, ChannelId channel);
  void deactivate(std::shared_ptr<Reader> reader, std::shared_ptr<Listening> listening);
  // listening: null if the loop does not listen to the channel.
  void read(std::shared_ptr<Reader> reader, std::shared_ptr<Listening> listening, HistoryRead read);
  // There is room again.
  void go_on() noexcept { control_.ring(control_.number()); }

 private:
  struct Request {
    enum class Kind : uint8_t { activate, deactivate, read, refuse };
    Kind kind;
    std::shared_ptr<Reader> reader;
    std::shared_ptr<Listening> listening;
    BusStatus status = BusStatus::ok;
    ChannelId channel;
    HistoryRead read;
  };

  void request(Request request);
  void run();
  [[nodiscard]] bool turn(std::vector<Request> requests);
  void expect(const Txn& txn);
  void handle(Txn& txn, Request& request);
  void find_channel(const std::shared_ptr<Reader>& reader, HistoryRead read);

  Store& store_;
  Control& control_;
  Writer& writer_;
  const LmdbSettings& settings_;
  base::Log& log_;
  const base::Clock& clock_;

  std::mutex mutex_;  // guards what follows
  std::vector<Request> requests_;
  std::vector<std::shared_ptr<Reader>> added_;
  std::vector<std::shared_ptr<Reader>> removed_;
  std::thread thread_;
  std::atomic<bool> is_stopping_ = false;

  // Of the thread.
  std::vector<std::shared_ptr<Reader>> readers_;
  Control::Hint expected_;  // what the log has, or is about to have
  uint32_t wait_ms_ = 1;
  bool has_complained_ = false;
};

}  // namespace ws::channel::lmdb
