// Moves processes and clients at random, and compares what they say with the model.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "channel/lmdb_settings.h"
#include "model.h"
#include "process.h"

namespace ws::channel::test {

struct Options {
  uint64_t seed = 0;
  unsigned seconds = 30;
  unsigned processes = 4;
  unsigned size_mb = 64;
  std::string directory;
  bool is_verbose = false;
};

class Driver {
 public:
  explicit Driver(const Options& options);
  ~Driver();

  // False: the bus broke a promise; it was printed.
  bool run();

 private:
  struct Session {
    std::string channel;
    std::string key;
    bool is_in = false;  // the process said so
  };
  struct Worker {
    std::unique_ptr<Process> process;
    uint64_t index;
    uint64_t go_on_ms = 0;
    uint64_t barrier = 0;  // the message whose ack the driver waits for
    std::map<uint64_t, Session> sessions;
  };
  struct Seat {
    Client client;
    Worker* worker = nullptr;
    uint64_t connection = 0;
  };

  void chaos(uint64_t until_ms);
  void settle();
  void settle_messages();
  void settle_members();
  [[nodiscard]] std::map<std::string, unsigned> expected_members(const std::string& channel) const;
  void wait_until(const char* what, unsigned seconds, const std::function<bool()>& is_done);
  void pump(int timeout_ms);
  void take(Worker& worker, std::istringstream& words);
  void take_of_client(Seat& seat, const std::string& what, std::istringstream& words);
  void gone(Worker& worker);
  void spawn();
  void check(const std::string& wrong);
  void fail(const std::string& what);

  void publish();
  void move_client();
  void leave(Seat& seat);
  void change_presence();
  void stop_or_kill();
  void kill_all();

  Worker* any_worker();
  unsigned random(unsigned below) { return static_cast<unsigned>(rng_() % below); }
  [[nodiscard]] const std::string& channel_at(unsigned index) const { return channels_[index]; }
  [[nodiscard]] Policy policy_of(unsigned index) const { return static_cast<Policy>(index % 3); }
  [[nodiscard]] bool is_roomy() const noexcept { return options_.size_mb >= 32; }

  const Options options_;
  std::mt19937_64 rng_;
  LmdbSettings settings_;
  std::vector<std::string> channels_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Seat> seats_;
  std::map<uint64_t, Seat*> connections_;
  Messages messages_;
  uint64_t last_id_ = 0;
  uint64_t last_worker_ = 0;
  uint64_t last_connection_ = 0;
  uint64_t last_slot_ = 0;
  uint64_t last_token_ = 0;
  std::map<uint64_t, Position> heads_;
  std::map<uint64_t, std::map<std::string, unsigned>> lists_;  // answers to "members"
  std::map<std::string, uint64_t> counts_;                     // of what happened
  std::string difference_;  // the last one that was seen while waiting
  bool has_failed_ = false;
};

}  // namespace ws::channel::test
