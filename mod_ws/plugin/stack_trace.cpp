// Where a thread is.
#include "plugin/stack_trace.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace ws::plugin {

namespace {

constexpr size_t kMaxName = 100;

// Nobody else in httpd uses it.
int request_signal() noexcept { return SIGRTMIN + 6; }

StackTrace answer;  // of the thread that was asked
std::atomic<bool> is_asked = false;
std::atomic<bool> is_answered = false;

extern "C" void ws_on_stack_request(int) {
  const int saved = errno;
  if (is_asked.exchange(false)) {
    // Without capture(), this handler, and the way into it.
    answer.capture(3);
    is_answered.store(true);
  }
  errno = saved;
}

std::string function_name(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> plain(
      abi::__cxa_demangle(symbol, nullptr, nullptr, &status), &std::free);
  const std::string_view name = status == 0 ? plain.get() : symbol;
  return std::string(name.substr(0, kMaxName));
}

std::string frame_text(void* frame) {
  char text[64];
  Dl_info info{};
  if (dladdr(frame, &info) == 0 || !info.dli_fname) {
    std::snprintf(text, sizeof text, "%p", frame);
    return text;
  }
  const auto offset = [frame](const void* base) {
    return static_cast<size_t>(static_cast<char*>(frame) - static_cast<const char*>(base));
  };
  const std::string_view path = info.dli_fname;
  std::snprintf(text, sizeof text, "+0x%zx", offset(info.dli_fbase));
  std::string out = std::string(path.substr(path.rfind('/') + 1)) + text;
  if (info.dli_sname) out += " (" + function_name(info.dli_sname) + ")";
  return out;
}

}  // namespace

__attribute__((noinline)) void StackTrace::capture(int skip) noexcept {
  count = backtrace(frames.data(), static_cast<int>(frames.size()));
  skip = std::min(skip, count);
  std::copy(frames.begin() + skip, frames.begin() + count, frames.begin());
  count -= skip;
}

std::string StackTrace::text() const {
  std::string out;
  for (int i = 0; i < count; ++i) {
    if (i > 0) out += " < ";
    out += frame_text(frames[static_cast<size_t>(i)]);
  }
  return out;
}

void prepare_stack_traces() noexcept {
  // The first call of backtrace() loads a library.
  StackTrace warm;
  warm.capture(0);
  struct sigaction ours {};
  ours.sa_handler = ws_on_stack_request;
  ours.sa_flags = SA_RESTART | SA_ONSTACK;
  sigemptyset(&ours.sa_mask);
  sigaction(request_signal(), &ours, nullptr);
}

void accept_stack_requests() noexcept {
  sigset_t request;
  sigemptyset(&request);
  sigaddset(&request, request_signal());
  pthread_sigmask(SIG_UNBLOCK, &request, nullptr);
}

bool stack_of(int thread, uint32_t wait_ms, StackTrace& trace) noexcept {
  is_answered.store(false);
  is_asked.store(true);
  if (syscall(SYS_tgkill, getpid(), thread, request_signal()) != 0) return false;
  constexpr timespec kMoment{0, 1'000'000};
  for (uint32_t waited = 0; !is_answered.load(); ++waited) {
    // Whose answer comes later finds that nobody asks.
    if (waited >= wait_ms && is_asked.exchange(false)) return false;
    nanosleep(&kMoment, nullptr);
  }
  trace = answer;
  return true;
}

}  // namespace ws::plugin
