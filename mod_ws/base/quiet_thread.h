// Threads that no signal of httpd's disturbs.
#pragma once

#include <cstddef>
#include <memory>
#include <thread>
#include <utility>

#include <pthread.h>
#include <signal.h>

namespace ws::base {

// So that a handler can run on a thread whose stack is full.
class SignalStack {
 public:
  SignalStack() : memory_(std::make_unique_for_overwrite<char[]>(kSize)) {
    const stack_t own{memory_.get(), 0, kSize};
    sigaltstack(&own, nullptr);
  }
  ~SignalStack() {
    const stack_t none{nullptr, SS_DISABLE, 0};
    sigaltstack(&none, nullptr);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  static constexpr size_t kSize = size_t{64} << 10;
  const std::unique_ptr<char[]> memory_;
};

// A thread with all signals blocked but those of its own faults, which would otherwise end the
// process before any handler. Throws std::system_error when there can't be one.
template <class F>
std::thread start_quiet_thread(const char* name, F&& f) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
    sigdelset(&all, fault);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread thread([f = std::forward<F>(f)]() mutable {
      const SignalStack stack;
      f();
    });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(thread.native_handle(), name);
    return thread;
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
}

}  // namespace ws::base
