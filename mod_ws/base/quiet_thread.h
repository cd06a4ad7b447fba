// Threads that no signal of httpd's disturbs.
#pragma once

#include <thread>
#include <utility>

#include <pthread.h>
#include <signal.h>

namespace ws::base {

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
    std::thread thread(std::forward<F>(f));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(thread.native_handle(), name);
    return thread;
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
}

}  // namespace ws::base
