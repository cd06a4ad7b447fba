// Latency histogram: log-linear buckets, 64 an octave, so that a quantile is off by 1.6 % at most.
#pragma once

#include <array>
#include <cstdint>

namespace bench {

class Histogram {
 public:
  void add(uint64_t ns) {
    ++buckets_[index_of(ns)];
    ++count_;
  }
  void clear() { *this = Histogram(); }

  // In microseconds; 0 for an empty histogram. `share` is 0..1.
  [[nodiscard]] double quantile_us(double share) const;

 private:
  static constexpr int kOctaves = 40;
  static int index_of(uint64_t ns);
  static uint64_t value_of(int index);

  std::array<uint32_t, 64 * (kOctaves + 1)> buckets_{};
  uint64_t count_ = 0;
};

}  // namespace bench
