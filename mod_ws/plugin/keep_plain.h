// That what a callback sends is not compressed: it was told something that may not be.
#pragma once

#include <utility>

#include "plugin/loop_context.h"

namespace ws::plugin {

// [loop] For as long as this lives, if `on`.
class KeepPlain {
 public:
  KeepPlain(LoopContext& loop, bool on) noexcept
      : loop_(loop), outer_(std::exchange(loop.keeps_plain, loop.keeps_plain || on)) {}
  ~KeepPlain() { loop_.keeps_plain = outer_; }
  KeepPlain(const KeepPlain&) = delete;
  KeepPlain& operator=(const KeepPlain&) = delete;

 private:
  LoopContext& loop_;
  const bool outer_;
};

}  // namespace ws::plugin
