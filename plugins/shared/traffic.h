// How much one connection may do: its rate, and the patience with its errors.
#pragma once

#include <cstdint>

#include "shared/token_bucket.h"

namespace shared {

// What a message costs of the rate. What goes to others or reads much costs a whole one.
constexpr double kCostOfMessage = 1;
constexpr double kCostOfSign = 0.25;

class Traffic {
 public:
  // So many messages a second, so many at once, so many errors in a row.
  Traffic(double rate, double burst, double max_errors);

  // 0: go on; else nothing was charged, and so many milliseconds have to pass.
  [[nodiscard]] std::uint32_t charge(double cost);

  // One more error. False: one too many, the connection should end.
  [[nodiscard]] bool tolerates_error();

 private:
  TokenBucket messages_;
  TokenBucket errors_;
};

}  // namespace shared
