// Threads that no signal of httpd's disturbs.
#pragma once

#include <thread>
#include <utility>

#include <pthread.h>
#include <signal.h>

namespace ws::plugin {

// A thread with all signals blocked. Throws std::system_error when there can't be one.
template <class F>
std::thread start_quiet_thread(const char* name, F&& f) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
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

}  // namespace ws::plugin
