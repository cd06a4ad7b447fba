// How much one connection may do.
#include "shared/traffic.h"

#include <chrono>

namespace shared {
namespace {

constexpr double kForgivenPerSecond = 0.5;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Traffic::Traffic(double rate, double burst, double max_errors)
    : messages_(rate, burst), errors_(kForgivenPerSecond, max_errors) {}

std::uint32_t Traffic::charge(double cost) { return messages_.take(cost, now_ms()); }

bool Traffic::tolerates_error() { return errors_.take(1, now_ms()) == 0; }

}  // namespace shared
