// The buckets: values below 64 ns have one each, every octave above is cut into 64.
#include "histogram.h"

#include <algorithm>
#include <bit>

namespace bench {

int Histogram::index_of(uint64_t ns) {
  if (ns < 64) return static_cast<int>(ns);
  const int octave = std::bit_width(ns) - 7;
  const int index = (octave + 1) * 64 + static_cast<int>((ns >> octave) & 63);
  return std::min(index, 64 * (kOctaves + 1) - 1);
}

uint64_t Histogram::value_of(int index) {
  if (index < 64) return static_cast<uint64_t>(index);
  const int octave = index / 64 - 1;
  return (static_cast<uint64_t>(64 + index % 64) << octave) + (uint64_t{1} << octave) / 2;
}

double Histogram::quantile_us(double share) const {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<uint64_t>(share * static_cast<double>(count_ - 1));
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen > wanted) return static_cast<double>(value_of(static_cast<int>(i))) / 1000;
  }
  return 0;
}

}  // namespace bench
