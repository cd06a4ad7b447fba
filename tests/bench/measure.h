// How long a piece of code takes, without what other programs take meanwhile.
#pragma once

#include <time.h>

#include <algorithm>

namespace ws::bench {

// CPU time of this thread: what other programs take does not count.
inline double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Calls `work` for a few milliseconds, `rounds` times over, and looks at the clock after each
// `at_once` calls; gives the time of one call, the best round's.
template <class Work>
double nanoseconds(Work work, int at_once = 512, int rounds = 100) {
  double best = 1e18;
  for (int round = 0; round < rounds; ++round) {
    const double begin = cpu_nanoseconds();
    double end = begin;
    long calls = 0;
    while (end - begin < 3e6) {
      for (int i = 0; i < at_once; ++i) work();
      calls += at_once;
      end = cpu_nanoseconds();
    }
    best = std::min(best, (end - begin) / static_cast<double>(calls));
  }
  return best;
}

}  // namespace ws::bench
