// What a peer may do in a second and at once, and how much of that it has used.
#pragma once

#include <cstdint>

namespace ws::session {

struct Rate {
  uint32_t per_second = 0;  // 0: no limit
  uint32_t burst = 0;       // at once; at least 1

  bool operator==(const Rate&) const = default;
};

struct Rates {
  Rate messages{1000, 2000};
  Rate controls{50, 200};  // pings and pongs
  Rate bytes;
  bool too_many_bytes_close = false;  // else reading rests

  bool operator==(const Rates&) const = default;
};

// For each rate a debt that grows with what is done and that time pays off; it never exceeds the
// burst (bytes: what came at once may). A clock of 32 bits wraps after 49 days: at worst one debt
// is then paid too late, no peer is punished for its silence.
class RateMeter {
 public:
  explicit RateMeter(uint32_t now_ms) noexcept : paid_ms_(now_ms) {}

  // False: this one is too many, and does not count.
  [[nodiscard]] bool take_message(const Rates& rates, uint32_t now_ms) noexcept {
    return take(messages_, rates.messages, rates, now_ms);
  }
  [[nodiscard]] bool take_control(const Rates& rates, uint32_t now_ms) noexcept {
    return take(controls_, rates.controls, rates, now_ms);
  }
  // Counts them in any case. Milliseconds until no more than the burst is owed; 0: now.
  [[nodiscard]] uint32_t take_bytes(uint64_t bytes, const Rates& rates, uint32_t now_ms) noexcept;

 private:
  static constexpr uint32_t kOne = 1000;  // debts are kept in thousandths: a rate is one a ms

  [[nodiscard]] bool take(uint32_t& debt, const Rate& rate, const Rates& rates,
                          uint32_t now_ms) noexcept {
    if (rate.per_second == 0) return true;
    if (now_ms != paid_ms_) pay(rates, now_ms);
    if (debt > (rate.burst - 1) * kOne) return false;
    debt += kOne;
    return true;
  }
  void pay(const Rates& rates, uint32_t now_ms) noexcept;

  uint64_t bytes_ = 0;
  uint32_t messages_ = 0;
  uint32_t controls_ = 0;
  uint32_t paid_ms_;
};

// Of messages and control frames, so that debts fit.
constexpr uint32_t kMaxRate = 1'000'000;

}  // namespace ws::session
