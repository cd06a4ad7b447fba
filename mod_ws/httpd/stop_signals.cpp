// Learns that this process must end at once.
#include "httpd/stop_signals.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "httpd/mpm.h"
#include "plugin/engine.h"
#include "protocol/close_code.h"

namespace ws::httpd {

namespace {

struct Listened {
  int signal;
  struct sigaction before;
};

// A handler reaches nothing but these.
std::array<Listened, 2> listened{{{SIGTERM, {}}, {SIGHUP, {}}}};
std::atomic<plugin::Engine*> told = nullptr;
uint32_t wait_for_peers_ms = 0;
std::atomic<bool> has_come = false;

extern "C" void ws_on_stop_signal(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  // A threaded MPM wakes its own main thread with SIGTERM when it retires a child.
  if (!mpm::is_threaded() || info->si_pid != getpid()) {
    has_come = true;
    if (plugin::Engine* const engine = told) engine->hurry(protocol::kGoingAway, wait_for_peers_ms);
  }
  errno = error;
  for (const Listened& one : listened) {
    if (one.signal != signal) continue;
    if ((one.before.sa_flags & SA_SIGINFO) != 0) {
      one.before.sa_sigaction(signal, info, context);
    } else if (one.before.sa_handler != SIG_IGN && one.before.sa_handler != SIG_DFL) {
      one.before.sa_handler(signal);
    }
  }
}

// Gets what is to be done at the signal.
bool is_ours(int signal, struct sigaction& now) noexcept {
  return sigaction(signal, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) != 0 &&
         now.sa_sigaction == ws_on_stop_signal;
}

}  // namespace

StopSignals::StopSignals(plugin::Engine& engine, uint32_t wait_ms) noexcept {
  wait_for_peers_ms = wait_ms;
  told = &engine;
}

StopSignals::~StopSignals() {
  // httpd may have set others since.
  struct sigaction now {};
  for (const Listened& one : listened)
    if (is_ours(one.signal, now)) sigaction(one.signal, &one.before, nullptr);
  told = nullptr;
}

bool StopSignals::came() noexcept { return has_come; }

void StopSignals::listen() noexcept {
  for (Listened& one : listened) {
    // A threaded MPM uses SIGHUP for itself.
    if (one.signal == SIGHUP && mpm::is_threaded()) continue;
    struct sigaction now {};
    if (is_ours(one.signal, now)) continue;
    one.before = now;
    now = {};
    now.sa_flags = SA_SIGINFO;
    now.sa_sigaction = ws_on_stop_signal;
    sigemptyset(&now.sa_mask);
    sigaction(one.signal, &now, nullptr);
  }
}

}  // namespace ws::httpd
