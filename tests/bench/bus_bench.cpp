// What the bus of one machine does by itself: messages per second from several processes, the time
// from one process to another, what a message costs that nobody listens to, recovery.
//
// bus_bench [--seconds N] [--directory PATH] [--sync]
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "channel/lmdb_bus.h"
#include "channel/lmdb_directory.h"
#include "support/waiting_listener.h"

namespace {

using namespace ws::channel;
using ws::protocol::Opcode;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kChannel = "example.org\nroom";
const std::string kPayload(100, 'x');

class ErrorLog final : public ws::base::Log {
 public:
  [[nodiscard]] bool enabled(ws::base::LogLevel) const noexcept override { return true; }
  void write(ws::base::LogLevel, std::string_view line) noexcept override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  }
};

class Ear final : public test::WaitingListener {
 public:
  using WaitingListener::WaitingListener;
  // False: nothing within a second.
  bool receive(std::vector<Event>& events) {
    if (!wait(std::chrono::seconds(1))) return false;
    bus_.receive(*this, events);
    return true;
  }
};

// What all processes of one measurement see.
struct Shared {
  std::atomic<unsigned> ready;
  std::atomic<bool> go;
  std::atomic<bool> stop;
  std::atomic<uint64_t> count;
  std::atomic<uint64_t> sent_ns;
  std::atomic<uint64_t> cpu_us;
  std::atomic<uint64_t> calls_ns;  // within publish()
};

uint64_t now_ns() {
  return static_cast<uint64_t>(Clock::now().time_since_epoch() / std::chrono::nanoseconds(1));
}

uint64_t cpu_us(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto us = [](const timeval& time) {
    return static_cast<uint64_t>(time.tv_sec) * 1'000'000 + static_cast<uint64_t>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

class Bench {
 public:
  Bench(unsigned seconds, std::string directory, bool sync) : seconds_(seconds) {
    settings_.directory = std::move(directory);
    settings_.sync = sync;
    void* const memory =
        mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    shared_ = new (memory) Shared();
  }

  void run() {
    std::printf("%-43s %14s %14s %14s\n", "", "messages/s", "us CPU each", "us in publish()");
    for (const unsigned processes : {1u, 2u, 4u}) {
      throughput("from loops", processes, 0, std::nullopt);
      throughput("from loops, 100 kept", processes, 0, Keep{100, 0});
    }
    for (const unsigned processes : {1u, 2u, 4u})
      throughput("from 1 worker that waits", processes, 1, Keep{100, 0});
    throughput("from 16 workers that wait", 1, 16, Keep{100, 0});
    latency();
    recovery();
  }

 private:
  std::unique_ptr<LmdbBus> open() {
    std::string error;
    auto bus = LmdbBus::open(settings_, log_, clock_, error);
    if (!bus) {
      std::fprintf(stderr, "%s\n", error.c_str());
      _exit(1);
    }
    return bus;
  }

  void begin() {
    std::error_code ignored;
    std::filesystem::remove_all(settings_.directory, ignored);
    const std::string error = prepare_state_directory(settings_.directory, getuid(), getgid());
    if (!error.empty()) {
      std::fprintf(stderr, "%s\n", error.c_str());
      std::exit(1);
    }
    new (shared_) Shared();
  }

  void fork_one(const std::function<void()>& body) {
    std::fflush(stdout);
    if (fork() == 0) {
      body();
      _exit(0);
    }
  }

  void wait_for_all(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      int status = 0;
      wait(&status);
      if (status != 0) std::exit(1);
    }
  }

  // workers: 0: a loop, that does not wait.
  void throughput(const char* what, unsigned processes, unsigned workers,
                  const std::optional<Keep>& keep) {
    begin();
    for (unsigned i = 0; i < processes; ++i)
      fork_one([&] {
        auto bus = open();
        shared_->ready.fetch_add(1);
        while (!shared_->go) usleep(100);
        if (workers == 0) {
          publish(*bus, keep);
        } else {
          std::vector<std::thread> threads;
          for (unsigned n = 0; n < workers; ++n)
            threads.emplace_back([&] { publish_and_wait(*bus, keep); });
          for (std::thread& thread : threads) thread.join();
        }
        shared_->cpu_us += cpu_us(RUSAGE_SELF);
      });
    while (shared_->ready < processes) usleep(1000);
    const auto start = Clock::now();
    shared_->go = true;
    sleep(seconds_);
    shared_->stop = true;
    wait_for_all(processes);
    const double passed = std::chrono::duration<double>(Clock::now() - start).count();
    check_that_all_are_written();
    const double count = static_cast<double>(shared_->count);
    std::printf("%-30s %2u process%-3s %14.0f %14.2f", what, processes, processes > 1 ? "es" : "",
                count / passed, static_cast<double>(shared_->cpu_us) / count);
    if (workers == 0) std::printf(" %14.2f", static_cast<double>(shared_->calls_ns) / 1000 / count);
    std::printf("\n");
  }

  // A message more has the place behind all that were counted.
  void check_that_all_are_written() {
    const auto bus = open();
    const uint64_t before =
        bus->publish_and_wait(kChannel, Opcode::text, {}, 0, {}, 10'000).position.offset - 1;
    if (before == shared_->count) return;
    std::fprintf(stderr, "%llu messages were published, %llu written\n",
                 static_cast<unsigned long long>(shared_->count),
                 static_cast<unsigned long long>(before));
    std::exit(1);
  }

  // Only what is written counts: the last one waits for all before it.
  void publish(LmdbBus& bus, const std::optional<Keep>& keep) {
    uint64_t count = 0;
    uint64_t calls_ns = 0;
    while (!shared_->stop) {
      for (int i = 0; i < 64; ++i) {
        const uint64_t begin = now_ns();
        while (bus.publish(kChannel, Opcode::text, kPayload, 0, keep).status != BusStatus::ok)
          usleep(100);
        calls_ns += now_ns() - begin;
        ++count;
      }
      // A loop does other things too; it must not only fill the queue.
      if (count % 4096 < 64) count += wait_for_written(bus, keep);
    }
    shared_->count += count + wait_for_written(bus, keep);
    shared_->calls_ns += calls_ns;
  }

  // By one more message, which is written after those before it: 1.
  static uint64_t wait_for_written(LmdbBus& bus, const std::optional<Keep>& keep) {
    if (bus.publish_and_wait(kChannel, Opcode::text, kPayload, 0, keep, 10'000).status !=
        BusStatus::ok)
      std::abort();
    return 1;
  }

  void publish_and_wait(LmdbBus& bus, const std::optional<Keep>& keep) {
    uint64_t count = 0;
    while (!shared_->stop) count += wait_for_written(bus, keep);
    shared_->count += count;
  }

  void latency() {
    begin();
    fork_one([&] {
      auto bus = open();
      Ear ear(*bus);
      if (bus->listen(ear, kChannel) != BusStatus::ok) _exit(1);
      shared_->ready = 1;
      std::vector<uint64_t> times;
      std::vector<Event> events;
      while (!shared_->stop || times.empty()) {
        if (!ear.receive(events)) continue;
        for (size_t i = 0; i < events.size(); ++i) times.push_back(now_ns() - shared_->sent_ns);
        shared_->count += events.size();
      }
      std::sort(times.begin(), times.end());
      const auto at = [&](double part) {
        return static_cast<double>(
                   times[static_cast<size_t>(part * static_cast<double>(times.size() - 1))]) /
               1000;
      };
      std::printf(
          "one process to another, publish() to receive(): "
          "median %.0f us, 99%% %.0f us, longest %.0f us\n",
          at(0.5), at(0.99), at(1));
      std::fflush(stdout);
    });
    while (shared_->ready < 1) usleep(1000);
    fork_one([&] {
      auto bus = open();
      for (uint64_t i = 0; i < 1000 * seconds_; ++i) {
        shared_->sent_ns = now_ns();
        (void)bus->publish(kChannel, Opcode::text, kPayload, 0, std::nullopt);
        // One on its way at a time.
        while (shared_->count <= i) usleep(200);
      }
      shared_->stop = true;
    });
    wait_for_all(2);
  }

  void recovery() {
    begin();
    constexpr unsigned kClients = 1000;
    constexpr unsigned kMissed = 100;
    auto bus = open();
    Ear ear(*bus);
    if (bus->listen(ear, kChannel) != BusStatus::ok) std::exit(1);
    Position first;
    for (unsigned i = 0; i <= kMissed; ++i) {
      const Published published =
          bus->publish_and_wait(kChannel, Opcode::text, kPayload, 0, Keep{1000, 0}, 10'000);
      if (i == 0) first = published.position;
    }
    unsigned recovered = 0;
    const auto start = Clock::now();
    for (unsigned i = 0; i < kClients; ++i)
      bus->read(ear, kChannel, {first, 0}, [&](BusStatus, const History& history) {
        if (history.recovered && history.messages.size() == kMissed) ++recovered;
      });
    std::vector<Event> events;
    while (recovered < kClients) (void)ear.receive(events);
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    std::printf("%u clients of one loop recover %u messages each: %.0f ms\n", kClients, kMissed,
                ms);
  }

  const unsigned seconds_;
  LmdbSettings settings_;
  ErrorLog log_;
  ws::base::MonotonicClock clock_;
  Shared* shared_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
  unsigned seconds = 3;
  bool sync = false;
  std::string directory = "/tmp/ws-bus-bench-" + std::to_string(getpid());
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--sync") {
      sync = true;
    } else if (name == "--seconds" && i + 1 < argc) {
      seconds = static_cast<unsigned>(std::atoi(argv[++i]));
    } else if (name == "--directory" && i + 1 < argc) {
      directory = argv[++i];
    } else {
      std::fprintf(stderr, "bus_bench [--seconds N] [--directory PATH] [--sync]\n");
      return 2;
    }
  }
  Bench(seconds, directory, sync).run();
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return 0;
}
