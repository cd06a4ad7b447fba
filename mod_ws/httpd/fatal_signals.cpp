// A crash of the child.
#include "httpd/fatal_signals.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>

#include "plugin/watchdog.h"

namespace ws::httpd {

namespace {

constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// The child is lost: a log that takes no lines does not keep it for longer.
constexpr uint32_t kWaitMs = 2000;

std::atomic<const base::LogQueue*> lines = nullptr;
std::array<struct sigaction, kSignals.size()> before;

void restore() noexcept {
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before[i], nullptr);
}

extern "C" void ws_on_fatal_signal(int number, siginfo_t* info, void*) {
  const int saved = errno;
  const base::LogQueue* const queue = lines.exchange(nullptr);
  if (queue) {
    (void)plugin::Watchdog::tell_end(number);
    (void)queue->wait_written(kWaitMs);
    restore();
  }
  errno = saved;
  // A fault happens again as soon as this returns, and finds whose turn it was before.
  if (info->si_code <= 0) raise(number);
}

// exit() within a plugin's callback: what httpd and all libraries do then is meant for a process
// with no other thread.
void on_exit_called(int status, void*) {
  const base::LogQueue* const queue = lines.load();
  if (!queue || !plugin::Watchdog::tell_end(0)) return;
  (void)queue->wait_written(kWaitMs);
  _exit(status);
}

}  // namespace

FatalSignals::FatalSignals(const base::LogQueue& queue) noexcept {
  struct sigaction ours {};
  ours.sa_sigaction = ws_on_fatal_signal;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&ours.sa_mask);
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &ours, &before[i]);
  lines.store(&queue);
  static const int registered = on_exit(on_exit_called, nullptr);
  (void)registered;
}

FatalSignals::~FatalSignals() {
  if (lines.exchange(nullptr)) restore();
}

}  // namespace ws::httpd
