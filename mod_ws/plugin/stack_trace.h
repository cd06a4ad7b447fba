// Where a thread is: its stack, as text for the log.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace ws::plugin {

struct StackTrace {
  std::array<void*, 40> frames{};
  int count = 0;

  // [any], in the handler of a signal, too, after prepare(). The caller's, without the first
  // `skip`.
  void capture(int skip) noexcept;

  // "MODULE+OFFSET (FUNCTION+OFFSET) < ...", the innermost first.
  [[nodiscard]] std::string text() const;
};

// [main] Makes the calls below work. Idempotent.
void prepare_stack_traces() noexcept;

// [any] The calling thread answers others' requests from now on.
void accept_stack_requests() noexcept;

// [any] One caller at a time. thread: of this process, as the kernel numbers it. False: it did not
// answer in time.
[[nodiscard]] bool stack_of(int thread, uint32_t wait_ms, StackTrace& trace) noexcept;

}  // namespace ws::plugin
