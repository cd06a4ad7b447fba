// A token bucket.
#include "shared/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace shared {
namespace {

std::int64_t millionths(double tokens) { return std::llround(tokens * 1e6); }

}  // namespace

TokenBucket::TokenBucket(double per_second, double burst) noexcept
    : per_ms_(millionths(per_second) / 1000), burst_(millionths(burst)), tokens_(burst_) {}

std::uint32_t TokenBucket::take(double cost, std::int64_t now_ms) noexcept {
  // After so long it is full, however long ago that was.
  const std::int64_t full_after_ms = burst_ / per_ms_ + 1;
  const std::int64_t passed_ms = last_ms_ == 0 ? 0 : std::min(now_ms - last_ms_, full_after_ms);
  tokens_ = std::min(burst_, tokens_ + passed_ms * per_ms_);
  last_ms_ = now_ms;
  const std::int64_t missing = millionths(cost) - tokens_;
  if (missing <= 0) {
    tokens_ = -missing;
    return 0;
  }
  return static_cast<std::uint32_t>((missing + per_ms_ - 1) / per_ms_);
}

}  // namespace shared
