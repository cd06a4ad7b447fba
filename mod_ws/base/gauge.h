// A number of one thread that others see in a Tally.
#pragma once

#include <cstddef>

#include "base/tally.h"

namespace ws::base {

// Another process may write anything into the Tally: it is never read back.
class Gauge {
 public:
  [[nodiscard]] size_t get() const noexcept { return value_; }
  // Wraps around: the negative of a size takes it off.
  void add(size_t more) noexcept {
    value_ += more;
    if (shown_) shown_->set(value_);
  }
  // tally: borrowed.
  void show_in(Tally& tally) noexcept {
    shown_ = &tally;
    tally.set(value_);
  }

 private:
  size_t value_ = 0;
  Tally* shown_ = nullptr;
};

}  // namespace ws::base
