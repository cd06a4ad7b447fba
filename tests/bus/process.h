// A worker process as the driver sees it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "channel/lmdb_settings.h"

namespace ws::channel::test {

class Process {
 public:
  explicit Process(const LmdbSettings& settings);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void kill();
  void stop();
  void go_on();
  [[nodiscard]] bool is_stopped() const noexcept { return is_stopped_; }

  void say(std::string text);
  // Takes what it said; f for each line. False: it is gone, and nothing is left.
  template <class F>
  bool listen(F f);
  [[nodiscard]] int socket() const noexcept { return socket_; }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  bool is_ready = false;  // said hello
  bool was_killed = false;
  bool was_ever_stopped = false;

 private:
  [[nodiscard]] bool receive(std::string& record, bool& is_gone) const;
  void flush();

  pid_t pid_ = 0;
  int socket_ = -1;
  bool is_stopped_ = false;
  std::deque<std::string> out_;
};

template <class F>
bool Process::listen(F f) {
  flush();
  std::string record;
  bool is_gone = false;
  while (receive(record, is_gone)) f(record);
  return !is_gone;
}

}  // namespace ws::channel::test
