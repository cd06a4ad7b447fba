// Connections that are opened once and stay open while something is measured on them.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "connection.h"
#include "options.h"
#include "poller.h"

namespace bench {

// The path of connection `number`: "{}" becomes the number.
std::string numbered_path(std::string path, size_t number);

class Fleet : public ConnectionUser {
 public:
  Fleet(Poller& poller, const Target& target) : poller_(poller), target_(target) {}

  // Opens one connection for each path, a few at a time; false when one failed.
  bool open(size_t count, const std::function<std::string(size_t)>& path_of);

  [[nodiscard]] Connection& at(size_t number) { return connections_[number]; }
  [[nodiscard]] size_t size() const { return connections_.size(); }
  [[nodiscard]] bool failed() const { return !failure_.empty(); }
  [[nodiscard]] const std::string& failure() const { return failure_; }  // the first one

  void on_open(Connection& connection) override;
  void on_failure(Connection& connection, std::string_view what) override;

 protected:
  // Serves events for so long, or until a connection fails (false).
  bool run(double seconds);
  void give_up(Connection& connection, std::string_view what);
  Poller& poller() { return poller_; }

 private:
  void open_next();

  Poller& poller_;
  const Target target_;
  std::function<std::string(size_t)> path_of_;
  std::deque<Connection> connections_;
  size_t wanted_ = 0;
  size_t opened_ = 0;
  std::string failure_;
};

}  // namespace bench
