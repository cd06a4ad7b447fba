// Debts that time pays off.
#include "session/rate_limit.h"

#include <algorithm>

namespace ws::session {

namespace {

template <class Debt>
void pay_off(Debt& debt, uint32_t per_second, uint32_t elapsed_ms) noexcept {
  debt -= static_cast<Debt>(std::min<uint64_t>(debt, uint64_t{per_second} * elapsed_ms));
}

}  // namespace

void RateMeter::pay(const Rates& rates, uint32_t now_ms) noexcept {
  const uint32_t elapsed_ms = now_ms - paid_ms_;
  paid_ms_ = now_ms;
  pay_off(bytes_, rates.bytes.per_second, elapsed_ms);
  pay_off(messages_, rates.messages.per_second, elapsed_ms);
  pay_off(controls_, rates.controls.per_second, elapsed_ms);
}

uint32_t RateMeter::take_bytes(uint64_t bytes, const Rates& rates, uint32_t now_ms) noexcept {
  const Rate& rate = rates.bytes;
  if (rate.per_second == 0) return 0;
  if (now_ms != paid_ms_) pay(rates, now_ms);
  bytes_ += bytes * kOne;
  const uint64_t allowed = uint64_t{rate.burst} * kOne;
  if (bytes_ <= allowed) return 0;
  const uint64_t wait_ms = (bytes_ - allowed + rate.per_second - 1) / rate.per_second;
  return static_cast<uint32_t>(std::min<uint64_t>(wait_ms, INT32_MAX));
}

}  // namespace ws::session
