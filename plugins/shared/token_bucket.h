// A token bucket: so many things a second, and some at once. Has no clock of its own.
#pragma once

#include <cstdint>

namespace shared {

class TokenBucket {
 public:
  // Starts full. Both > 0, and in steps of a thousandth.
  TokenBucket(double per_second, double burst) noexcept;

  // Takes `cost` tokens and gives 0; or takes nothing and gives the milliseconds until they
  // will be there. `now_ms` never goes back. cost <= burst.
  [[nodiscard]] std::uint32_t take(double cost, std::int64_t now_ms) noexcept;

 private:
  // In millionths of a token: a time in whole milliseconds then gives whole numbers.
  std::int64_t per_ms_;
  std::int64_t burst_;
  std::int64_t tokens_;
  std::int64_t last_ms_ = 0;
};

}  // namespace shared
