// Each connection that opens starts the next one.
#include "fleet.h"

#include <algorithm>

namespace bench {
namespace {
constexpr size_t kOpenedAtOnce = 64;
constexpr uint64_t kOpenTimeout = 120 * kSecond;
}  // namespace

std::string numbered_path(std::string path, size_t number) {
  const size_t place = path.find("{}");
  if (place != std::string::npos) path.replace(place, 2, std::to_string(number));
  return path;
}

bool Fleet::open(size_t count, const std::function<std::string(size_t)>& path_of) {
  wanted_ = count;
  path_of_ = path_of;
  for (size_t i = 0; i < std::min(count, kOpenedAtOnce); ++i) open_next();
  const bool ended = poller_.run(kOpenTimeout, [this] { return opened_ == wanted_ || failed(); });
  if (!ended) failure_ = "only " + std::to_string(opened_) + " connections opened in time";
  return !failed();
}

void Fleet::open_next() {
  const size_t number = connections_.size();
  if (number == wanted_ || failed()) return;
  connections_.emplace_back(poller_.fd(), *this, number).open(target_, path_of_(number));
}

void Fleet::on_open(Connection&) {
  ++opened_;
  open_next();
}

void Fleet::on_failure(Connection& connection, std::string_view what) {
  if (failed()) return;
  failure_ = "connection " + std::to_string(connection.number()) + ": " + std::string(what);
}

void Fleet::give_up(Connection& connection, std::string_view what) {
  connection.close();
  on_failure(connection, what);
}

bool Fleet::run(double seconds) {
  poller_.run(static_cast<uint64_t>(seconds * 1e9), [this] { return failed(); });
  return !failed();
}

}  // namespace bench
