// A thread that tells of loops that do not come back and of plugins that crash.
#include "plugin/watchdog.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/quiet_thread.h"

namespace ws::plugin {

namespace {

constexpr uint32_t kMostRoundMs = 1000;
constexpr uint32_t kLeastRoundMs = 20;
constexpr uint32_t kStackWaitMs = 200;
// That the handler of a crash waits for its report.
constexpr uint32_t kReportWaitMs = 3000;

// How a thread of this process ended it. The first one's counts.
struct End {
  std::atomic<bool> is_told = false;
  int signal = 0;
  const Suspect* suspect = nullptr;  // null: none of a plugin's callbacks
  const char* callback = nullptr;
  StackTrace stack;
  std::atomic<bool> is_set = false;      // all above
  std::atomic<bool> is_written = false;  // to the log
} end;

// Whose end it is: that of a copy, made by fork(), is nobody's.
std::atomic<pid_t> process = 0;

std::string described(const Suspect& suspect, const char* callback) {
  return "plugin " + suspect.plugin + " (Location " + suspect.location + ") in " + callback;
}

void nap() noexcept {
  constexpr timespec kMoment{0, 1'000'000};
  nanosleep(&kMoment, nullptr);
}

}  // namespace

std::atomic<Watchdog::Bell*> Watchdog::crash_bell_ = nullptr;

void Watchdog::Bell::wait_for(uint32_t ms) noexcept {
  timespec until{};
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += static_cast<long>(ms % 1000) * 1'000'000;
  until.tv_sec += ms / 1000 + until.tv_nsec / 1'000'000'000;
  until.tv_nsec %= 1'000'000'000;
  sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &until);
}

Watchdog::Watchdog(const WatchdogSettings& settings, base::Log& log, const base::Clock& clock,
                   Watched& watched) noexcept
    : settings_(settings),
      log_(log),
      clock_(clock),
      watched_(watched),
      round_ms_(settings.limit_ms == 0
                    ? kMostRoundMs
                    : std::clamp(settings.limit_ms / 4, kLeastRoundMs, kMostRoundMs)) {
  process.store(getpid());
}

Watchdog::~Watchdog() { stop(); }

void Watchdog::start() {
  if (thread_.joinable()) return;
  prepare_stack_traces();
  thread_ = base::start_quiet_thread("ws-watchdog", [this] { run(); });
}

void Watchdog::stop() noexcept {
  if (!thread_.joinable()) return;
  stopping_.store(true);
  bell_.ring();
  thread_.join();
}

void Watchdog::wake() noexcept {
  if (asleep_.load()) bell_.ring();
}

void Watchdog::run() noexcept {
  crash_bell_.store(&bell_);
  while (!stopping_.load()) {
    asleep_.store(true);
    if (watched_.is_busy()) {
      asleep_.store(false);
      bell_.wait_for(round_ms_);
    } else {
      bell_.wait();
    }
    tell_of_end();
    try {
      watched_.end_switched_off();
      if (settings_.limit_ms != 0) look(clock_.now_ms());
    } catch (...) {  // no memory: another time
    }
  }
  crash_bell_.store(nullptr);
}

void Watchdog::look(uint64_t now_ms) {
  run_ms_ += std::min<uint64_t>(now_ms - std::exchange(looked_ms_, now_ms), round_ms_);
  auto& lines = BlackBox::lines();
  for (size_t i = 0; i < lines.size(); ++i) look_at(lines[i], lines_[i]);
  for (unsigned i = 0; i < loops_.size(); ++i)
    if (const LoopContext* const loop = watched_.watched_loop(i)) look_at(*loop, loops_[i]);
}

bool Watchdog::is_stuck(Seen& seen, bool busy, uint64_t serial) const {
  if (!busy || seen.serial != serial || seen.since_ms == 0) {
    seen = {serial, busy ? run_ms_ : 0, false};
    return false;
  }
  return !seen.told && run_ms_ - seen.since_ms >= settings_.limit_ms;
}

bool Watchdog::is_a_loops(const BlackBoxLine& line) const noexcept {
  for (unsigned i = 0; i < loops_.size(); ++i) {
    const LoopContext* const loop = watched_.watched_loop(i);
    if (loop && loop->line.load() == &line) return true;
  }
  return false;
}

void Watchdog::look_at(BlackBoxLine& line, Seen& seen) {
  const uint32_t serial = line.serial.load(std::memory_order_acquire);
  const Suspect* const suspect = line.suspect.load(std::memory_order_relaxed);
  const char* const callback = line.callback.load(std::memory_order_relaxed);
  // A job may take its time: that is what they are for.
  const bool busy = suspect && callback && callback != kJob;
  if (!is_stuck(seen, busy, serial)) return;
  seen.told = true;
  const uint64_t what = line.what();
  if (line.serial.load() != serial) return;
  tell_stuck(described(*suspect, callback), line.thread, seen);
  // Others, such as a handshake in a worker of httpd's, hold up nobody.
  if (!settings_.aborts || !is_a_loops(line) || line.serial.load() != serial) return;
  if (suspect->record) suspect->record->add(what, clock_.now_ms());
  tell_if_off(*suspect, log_);
  log_.write(base::LogLevel::error, "this process ends, for it is stuck (WebSocketWatchdog abort)");
  std::abort();
}

// Beyond what its callbacks do.
void Watchdog::look_at(const LoopContext& loop, Seen& seen) {
  const uint32_t beat = loop.loop.beat();
  const BlackBoxLine* const line = loop.line.load();
  const bool busy = net::EventLoop::is_awake(beat) && line && !line->suspect.load();
  const uint64_t serial = (uint64_t{beat} << 32) | (line ? line->serial.load() : 0);
  if (!is_stuck(seen, busy, serial)) return;
  seen.told = true;
  tell_stuck("an event loop, outside of plugins,", line->thread, seen);
  if (!settings_.aborts || loop.loop.beat() != beat) return;
  log_.write(base::LogLevel::error, "this process ends, for it is stuck (WebSocketWatchdog abort)");
  std::abort();
}

void Watchdog::tell_stuck(const std::string& what, int thread, const Seen& seen) {
  const uint64_t ms = run_ms_ - seen.since_ms;
  StackTrace stack;
  const bool has_stack = stack_of(thread, kStackWaitMs, stack);
  log_.write(base::LogLevel::error, what + " has not returned for " + std::to_string(ms / 1000) +
                                        "." + std::to_string(ms / 100 % 10) + " s, at " +
                                        (has_stack ? stack.text() : "a place that is not known"));
}

bool Watchdog::tell_end(int signal) noexcept {
  if (process.load() != getpid()) return false;
  BlackBoxLine* const line = BlackBox::mine_if_any();
  if (!line) return false;
  const Suspect* const suspect = line->suspect.load();
  if (!suspect && (signal == 0 || !line->is_ours.load())) return false;
  if (end.is_told.exchange(true)) return true;
  if (suspect && suspect->record) {
    const base::MonotonicClock clock;
    suspect->record->add(line->what(), clock.now_ms());
  }
  end.signal = signal;
  end.suspect = suspect;
  end.callback = line->callback.load();
  Bell* const bell = crash_bell_.load();
  if (!bell) return true;
  // Without capture() and this; the handler and the way into it tell themselves.
  end.stack.capture(2);
  end.is_set.store(true);
  bell->ring();
  for (uint32_t waited = 0; waited < kReportWaitMs && !end.is_written.load(); ++waited) nap();
  return true;
}

void Watchdog::tell_of_end() noexcept {
  if (!end.is_set.load() || end.is_written.load()) return;
  try {
    const std::string how =
        end.signal == 0 ? " ends this process"
                        : " crashes this process (" + std::string(sigdescr_np(end.signal)) + ")";
    log_.write(base::LogLevel::error, (end.suspect ? described(*end.suspect, end.callback)
                                                   : "an event loop, outside of plugins,") +
                                          how + ", at " + end.stack.text());
    if (end.suspect) tell_if_off(*end.suspect, log_);
  } catch (...) {  // no memory; the process is lost anyway
  }
  end.is_written.store(true);
}

void tell_if_off(const Suspect& suspect, base::Log& log) {
  if (!suspect.record || !suspect.record->is_to_be_told()) return;
  log.write(base::LogLevel::alert,
            "plugin " + suspect.plugin + " (Location " + suspect.location +
                ") has ended two processes in the same callback with the same message: it is "
                "switched off until the next restart");
}

}  // namespace ws::plugin
