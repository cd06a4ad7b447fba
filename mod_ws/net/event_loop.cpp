// One thread's epoll loop.
#include "net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "net/connection.h"

namespace ws::net {

namespace {

constexpr int kMaxEvents = 512;

// Cheap even through dlopen: a few bytes fit into the static TLS block's reserve.
__attribute__((tls_model("initial-exec"))) thread_local const EventLoop* current_loop = nullptr;

uint64_t monotonic_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

base::UniqueFd checked(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return base::UniqueFd(fd);
}

}  // namespace

EventLoop::EventLoop(base::Log& log, const base::Clock& clock)
    : log_(log),
      clock_(clock),
      epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_fd_(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      now_ms_(clock.now_ms()),
      timers_(now_ms_) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_fd_.get(), &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

EventLoop::~EventLoop() {
  retired_.clear();
  // A task that is dropped may drop a connection; it finds an intact loop.
  std::vector<std::unique_ptr<Task>> late;
  {
    const std::lock_guard lock(tasks_mutex_);
    late.swap(tasks_);
  }
  late.clear();
  if (current_loop == this) current_loop = nullptr;
}

void EventLoop::enqueue(std::unique_ptr<Task> task) {
  bool first = false;
  {
    const std::lock_guard lock(tasks_mutex_);
    first = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (first) wake();
}

void EventLoop::wake() noexcept {
  const uint64_t one = 1;
  while (::write(wake_fd_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void EventLoop::stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  wake();
}

bool EventLoop::is_current() const noexcept { return current_loop == this; }

void EventLoop::run() {
  while (!stopping_.load(std::memory_order_acquire)) run_once(-1);
}

bool EventLoop::slice_is_over() noexcept {
  const uint64_t now = monotonic_ns();
  if (slice_end_ns_ == 0) slice_end_ns_ = now + slice_ns_;
  return now >= slice_end_ns_;
}

void EventLoop::retire(std::unique_ptr<Connection> connection) {
  try {
    retired_.push_back(std::move(connection));
  } catch (...) {  // no memory: an event of this turn may still name it, so it stays for ever
    (void)connection.release();
  }
}

void EventLoop::run_tasks() {
  {
    const std::lock_guard lock(tasks_mutex_);
    running_tasks_.swap(tasks_);
  }
  for (auto& task : running_tasks_) {
    try {
      task->run();
    } catch (const std::exception& error) {
      log_.write(base::LogLevel::error, std::string("event loop: ") + error.what());
    }
    task.reset();
  }
  running_tasks_.clear();
}

// What goes wrong in one connection (no memory) ends that one only.
template <class Body>
void EventLoop::guarded(Connection& connection, Body&& body) {
  try {
    body();
  } catch (const std::exception& error) {
    connection.on_fault(error.what());
  }
}

void EventLoop::run_once(int max_wait_ms) {
  current_loop = this;
  int wait = ready_.empty() && !run_again_ ? timers_.wait_ms(clock_.now_ms()) : 0;
  run_again_ = false;
  turn_end_is_due_ = true;
  if (wait < 0 || (max_wait_ms >= 0 && max_wait_ms < wait)) wait = max_wait_ms;

  epoll_event events[kMaxEvents];
  const uint32_t beat = beat_.load(std::memory_order_relaxed) & ~1U;
  beat_.store(beat, std::memory_order_relaxed);
  const int count = epoll_wait(epoll_.get(), events, kMaxEvents, wait);
  beat_.store(beat + 3, std::memory_order_relaxed);
  now_ms_ = clock_.now_ms();

  bool woken = false;
  for (int i = 0; i < count; ++i) {
    if (events[i].data.ptr) {
      auto& connection = *static_cast<Connection*>(events[i].data.ptr);
      guarded(connection, [&] { connection.on_events(events[i].events); });
    } else {
      woken = true;
    }
  }
  if (woken) {
    uint64_t ignored = 0;
    while (::read(wake_fd_.get(), &ignored, sizeof ignored) < 0 && errno == EINTR) {
    }
    run_tasks();
  }
  if (!ready_.empty()) {
    scratch_.swap(ready_);
    for (Connection* connection : scratch_)
      guarded(*connection, [&] { connection->continue_input(); });
    scratch_.clear();
  }
  // Whoever waits behind a full batch may have answered in time: it is read first.
  if (count < kMaxEvents) timers_.advance(now_ms_);
  end_turn();
}

void EventLoop::end_turn() {
  turn_end_is_due_ = false;
  for (size_t i = 0; i < turn_ends_.size(); ++i) turn_ends_[i]->on_turn_end();
  // A flush may make more output (a drained session goes on): until nothing is left.
  while (!dirty_.empty()) {
    scratch_.swap(dirty_);
    for (Connection* connection : scratch_) guarded(*connection, [&] { connection->flush_now(); });
    scratch_.clear();
  }
  while (!retired_.empty()) {
    std::vector<std::unique_ptr<Connection>> gone;
    gone.swap(retired_);
    for (const auto& connection : gone) {
      std::erase(dirty_, connection.get());
      std::erase(ready_, connection.get());
    }
  }
}

}  // namespace ws::net
