// Keeps a signal from ending the process in the midst of our code.
#pragma once

#include <signal.h>

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// While it lives, a stop waits. prefork's handler of SIGTERM runs the whole cleanup of the child on
// the thread that it interrupts: if that holds one of our locks, it would wait for itself. The
// other MPMs stop on a thread of their own.
class StopLater {
 public:
  StopLater() noexcept {
    int threaded = 0;
    if (ap_mpm_query(AP_MPMQ_IS_THREADED, &threaded) == APR_SUCCESS && threaded != 0) return;
    sigset_t stops;
    sigemptyset(&stops);
    for (const int signal : {SIGTERM, SIGHUP, AP_SIG_GRACEFUL}) sigaddset(&stops, signal);
    blocks_ = pthread_sigmask(SIG_BLOCK, &stops, &before_) == 0;
  }
  ~StopLater() {
    if (blocks_) pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  StopLater(const StopLater&) = delete;
  StopLater& operator=(const StopLater&) = delete;

 private:
  sigset_t before_;
  bool blocks_ = false;
};

}  // namespace ws::httpd
