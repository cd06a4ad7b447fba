// One fault of one process at a time, at the worst instant: what the others see of it.
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "channel/lmdb_bus.h"
#include "channel/lmdb_directory.h"
#include "channel/lmdb_log.h"
#include "support/waiting_listener.h"

#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using ws::protocol::Opcode;

namespace {

constexpr const char* kRoom = "example.org\nroom";
constexpr uint32_t kPatienceMs = 20'000;
constexpr Keep kKeep{1000, 0};

class LinesLog final : public ws::base::Log {
 public:
  [[nodiscard]] bool enabled(ws::base::LogLevel) const noexcept override { return true; }
  void write(ws::base::LogLevel, std::string_view line) noexcept override {
    const std::lock_guard lock(mutex_);
    lines_.append(line).append("\n");
  }
  bool has(const char* part) {
    const std::lock_guard lock(mutex_);
    return lines_.find(part) != std::string::npos;
  }

 private:
  std::mutex mutex_;  // guards lines_
  std::string lines_;
};

class Ear final : public test::WaitingListener {
 public:
  using WaitingListener::WaitingListener;
  // Receives until f says that it was this.
  bool wait_for(const std::function<bool(const Event&)>& f) {
    for (;;) {
      if (!wait(std::chrono::milliseconds(kPatienceMs))) return false;
      std::vector<Event> events;
      bus_.receive(*this, events);
      for (const Event& event : events)
        if (f(event)) return true;
    }
  }
};

// The parts of a bus, for a process that stops between two of its steps.
struct Parts {
  explicit Parts(const LmdbSettings& settings) {
    std::string error;
    const std::string path = settings.directory + "/state";
    control = lmdb::Control::open(path + "/control", error);
    if (!control) _exit(10);
    gatekeeper = std::make_unique<lmdb::Gatekeeper>(*control, settings, log, clock);
    if (!gatekeeper->enter(nullptr, kPatienceMs)) _exit(11);
    store = lmdb::Store::open(path, settings.size, false, error);
    if (!store) _exit(12);
    lmdb::Writing writing(*store, settings, lmdb::times_now(clock));
    const uint16_t number = control->claim([](uint16_t) { return true; });
    store->count_readers_in(control->own().reading);
    const lmdb::ProcessRecord record{control->own().started, control->own().pid, 0};
    writing.txn().put(lmdb::Table::processes, lmdb::Key().add(number), lmdb::bytes_of(record));
    if (writing.commit(*control) != 0) _exit(13);
    gatekeeper->leave();
  }

  LinesLog log;
  ws::base::MonotonicClock clock;
  std::unique_ptr<lmdb::Control> control;
  std::unique_ptr<lmdb::Gatekeeper> gatekeeper;
  std::unique_ptr<lmdb::Store> store;
};

void append_message(lmdb::Writing& writing, std::string_view payload) {
  lmdb::ChannelEntry* const channel = writing.create(kRoom);
  ++channel->record.offset;
  channel->record.message_order =
      lmdb::append(writing, *channel, {Event::Kind::message, Opcode::text, 0, payload}).order;
}

}  // namespace

TEST_GROUP(processes) {
  LmdbSettings settings;
  LinesLog log;
  ws::base::MonotonicClock clock;
  std::vector<pid_t> children;

  void setup() override {
    settings.directory = "/tmp/ws-bus-processes-" + std::to_string(getpid());
    settings.size = size_t{8} << 20;
    settings.round_ms = 100;
    settings.stall_ms = 500;
    const std::string error = prepare_state_directory(settings.directory, getuid(), getgid());
    STRCMP_EQUAL("", error.c_str());
  }
  void teardown() override {
    for (const pid_t child : children) {
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
    }
    std::filesystem::remove_all(settings.directory);
  }

  std::unique_ptr<LmdbBus> open() {
    std::string error;
    auto bus = LmdbBus::open(settings, log, clock, error);
    STRCMP_EQUAL("", error.c_str());
    return bus;
  }
  // A process; returns when it has stopped itself or ended.
  int run(const std::function<void()>& body) {
    const pid_t child = fork();
    if (child == 0) {
      body();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, WUNTRACED);
    if (WIFSTOPPED(status)) children.push_back(child);
    return status;
  }
  // Whether that process ends by this signal.
  static bool ends_by(pid_t child, int signal) {
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == signal;
  }
  Published publish(LmdbBus & bus, std::string_view payload) {
    return bus.publish_and_wait(kRoom, Opcode::text, payload, 0, kKeep, kPatienceMs);
  }
};

TEST(processes, R18_KilledWithinAWriteLeavesNothing) {
  auto bus = open();
  CHECK_EQUAL(1, publish(*bus, "before").position.offset);
  const int status = run([&] {
    Parts parts(settings);
    (void)parts.gatekeeper->enter(nullptr, kPatienceMs);
    lmdb::Writing writing(*parts.store, settings, lmdb::times_now(parts.clock));
    append_message(writing, "half");
    raise(SIGKILL);
  });
  CHECK_TRUE(WIFSIGNALED(status));
  const Published after = publish(*bus, "after");
  CHECK_TRUE(after.status == BusStatus::ok);
  CHECK_EQUAL(2, after.position.offset);
}

TEST(processes, R18_KilledBetweenCommitAndWakeUp) {
  auto bus = open();
  Ear ear(*bus);
  CHECK_TRUE(bus->listen(ear, kRoom) == BusStatus::ok);
  // The state knows of the listener.
  (void)publish(*bus, "first");
  CHECK_TRUE(ear.wait_for([](const Event& event) { return event.payload.view() == "first"; }));
  (void)run([&] {
    Parts parts(settings);
    (void)parts.gatekeeper->enter(nullptr, kPatienceMs);
    lmdb::Writing writing(*parts.store, settings, lmdb::times_now(parts.clock));
    append_message(writing, "unannounced");
    (void)writing.commit(*parts.control);
    raise(SIGKILL);
  });
  CHECK_TRUE(
      ear.wait_for([](const Event& event) { return event.payload.view() == "unannounced"; }));
}

TEST(processes, StoppedBetweenCommitAndWakeUp) {
  auto bus = open();
  Ear ear(*bus);
  CHECK_TRUE(bus->listen(ear, kRoom) == BusStatus::ok);
  (void)publish(*bus, "first");
  CHECK_TRUE(ear.wait_for([](const Event& event) { return event.payload.view() == "first"; }));
  (void)run([&] {
    Parts parts(settings);
    (void)parts.gatekeeper->enter(nullptr, kPatienceMs);
    {
      lmdb::Writing writing(*parts.store, settings, lmdb::times_now(parts.clock));
      append_message(writing, "unannounced");
      (void)writing.commit(*parts.control);
    }
    parts.gatekeeper->leave();
    raise(SIGSTOP);
  });
  CHECK_TRUE(
      ear.wait_for([](const Event& event) { return event.payload.view() == "unannounced"; }));
}

TEST(processes, R18_StoppedWithTheGateIsKilledInTheEnd) {
  auto bus = open();
  (void)run([&] {
    Parts parts(settings);
    (void)parts.gatekeeper->enter(nullptr, kPatienceMs);
    lmdb::Writing writing(*parts.store, settings, lmdb::times_now(parts.clock));
    append_message(writing, "half");
    raise(SIGSTOP);
  });
  // A loop is not held back, and a worker that does not want to wait is told so.
  CHECK_TRUE(bus->publish(kRoom, Opcode::text, "of a loop", 0, kKeep).status == BusStatus::ok);
  const Published impatient = bus->publish_and_wait(kRoom, Opcode::text, "never", 0, kKeep, 50);
  CHECK_TRUE(impatient.status == BusStatus::unavailable);
  const Published after = publish(*bus, "after");
  CHECK_TRUE(after.status == BusStatus::ok);
  CHECK_EQUAL(2, after.position.offset);
  CHECK_TRUE(log.has("is stopped while it writes"));
  CHECK_TRUE(ends_by(children.back(), SIGKILL));
  children.clear();
}

TEST(processes, ListenersAndKeysOfAllCount) {
  auto bus = open();
  Ear ear(*bus);
  CHECK_TRUE(bus->listen(ear, kRoom) == BusStatus::ok);
  bus->change_audience(kRoom, 1);
  Submission submission;
  submission.targets.push_back({kRoom, kKeep});
  submission.payload = "once";
  submission.key = "key";
  (void)run([&] {
    std::string error;
    const auto other = LmdbBus::open(settings, log, clock, error);
    Ear others(*other);
    (void)other->listen(others, kRoom);
    other->change_audience(kRoom, 10);
    (void)other->submit(submission, kPatienceMs);
    raise(SIGSTOP);
  });
  const Receipt again = bus->submit(submission, kPatienceMs);
  CHECK_TRUE(again.status == BusStatus::ok && again.is_replay);
  submission.key.clear();
  const Receipt next = bus->submit(submission, kPatienceMs);
  CHECK_EQUAL(2, next.placed.front().position.offset);
  CHECK_EQUAL(11, next.placed.front().subscribers);
  // It dies, and its sessions with it.
  kill(children.back(), SIGKILL);
  ChannelFacts facts;
  const uint64_t deadline = clock.now_ms() + kPatienceMs;
  do {
    CHECK_TRUE(bus->describe(kRoom, facts) == BusStatus::ok);
  } while (facts.subscribers != 1 && clock.now_ms() < deadline);
  CHECK_EQUAL(1, facts.subscribers);
}

TEST(processes, R20_StoppedReaderIsKilledWhenTheStateIsFull) {
  auto bus = open();
  (void)publish(*bus, "first");
  (void)run([&] {
    Parts parts(settings);
    const lmdb::ReadTxn txn(*parts.store);
    raise(SIGSTOP);
  });
  const std::string large(100'000, 'x');
  for (int i = 0; i < 400; ++i) CHECK_TRUE(publish(*bus, large).status == BusStatus::ok);
  CHECK_TRUE(log.has("is stopped while it reads"));
  CHECK_TRUE(ends_by(children.back(), SIGKILL));
  children.clear();
}

TEST(processes, StoppedElsewhereIsLeftAlone) {
  auto bus = open();
  (void)run([&] {
    auto other = open();
    Ear ear(*other);
    (void)other->listen(ear, kRoom);
    (void)other->enter(kRoom, SessionId{other->process()} << 48 | 1, "sleeper", "");
    (void)publish(*other, "first");
    // Until its own threads rest.
    (void)ear.wait_for([](const Event& event) { return event.payload.view() == "first"; });
    raise(SIGSTOP);
  });
  const std::string large(100'000, 'x');
  for (int i = 0; i < 400; ++i) CHECK_TRUE(publish(*bus, large).status == BusStatus::ok);
  std::vector<Member> members;
  CHECK_TRUE(bus->members(kRoom, members) == BusStatus::ok);
  CHECK_EQUAL(1, members.size());
  CHECK_FALSE(log.has("stopped"));
}

TEST(processes, KilledTakesItsMembersWithIt) {
  auto bus = open();
  Ear ear(*bus);
  CHECK_TRUE(bus->listen(ear, kRoom) == BusStatus::ok);
  (void)bus->enter(kRoom, SessionId{bus->process()} << 48 | 1, "alice", "here");
  (void)run([&] {
    auto other = open();
    (void)other->enter(kRoom, SessionId{other->process()} << 48 | 1, "bob", "there");
    (void)other->enter(kRoom, SessionId{other->process()} << 48 | 2, "alice", "there too");
    (void)publish(*other, "entered");
    raise(SIGKILL);
  });
  std::string said;
  CHECK_TRUE(ear.wait_for([&](const Event& event) {
    if (!event.member) return false;
    said += (event.kind == Event::Kind::joined ? '+' : '-') + event.member->key + ' ';
    return said.ends_with("-bob ");
  }));
  STRCMP_EQUAL("+alice +bob -bob ", said.c_str());
  std::vector<Member> members;
  CHECK_TRUE(bus->members(kRoom, members) == BusStatus::ok);
  CHECK_EQUAL(1, members.size());
  STRCMP_EQUAL("alice", members[0].key.c_str());
  STRCMP_EQUAL("here", members[0].info.c_str());
  CHECK_EQUAL(1, members[0].session_count);
  MemberCount count;
  CHECK_TRUE(bus->count(kRoom, count) == BusStatus::ok);
  CHECK_EQUAL(1, count.keys);
  CHECK_EQUAL(1, count.sessions);
}

TEST(processes, KilledGivesItsSeatsBack) {
  auto bus = open();
  const SeatRequests requests{{{7, 2}, {8, 2}, {}}};
  const int status = run([&] {
    auto other = open();
    if (!other->take_seats(requests) && !other->take_seats(requests)) raise(SIGKILL);
  });
  CHECK_TRUE(WIFSIGNALED(status));
  // This process has no session and listens to nothing: that it is refused wakes it.
  for (const uint64_t end = clock.now_ms() + kPatienceMs; bus->take_seats(requests); sched_yield())
    CHECK_TRUE(clock.now_ms() < end);
  CHECK_FALSE(bus->take_seats(requests).has_value());
  CHECK_TRUE(bus->take_seats(requests) == SeatKind::address);
}

// Nobody is locked out and the limit holds in each process; later all is as it should be.
TEST(processes, SeatsWhileTheStateCannotBeWritten) {
  settings.stall_ms = 60'000;
  auto bus = open();
  const SeatRequests requests{{{7, 3}, {}, {}}};
  CHECK_FALSE(bus->take_seats(requests).has_value());
  (void)run([&] {
    Parts parts(settings);
    (void)parts.gatekeeper->enter(nullptr, kPatienceMs);
    raise(SIGSTOP);
  });
  for (int i = 0; i < 2; ++i) CHECK_FALSE(bus->take_seats(requests).has_value());
  CHECK_TRUE(log.has("count those of each process alone"));
  CHECK_TRUE(bus->take_seats(requests) == SeatKind::address);
  bus->give_back({7, 0, 0});
  kill(children.back(), SIGKILL);
  CHECK_TRUE(publish(*bus, "written again").status == BusStatus::ok);
  const int status = run([&] {
    auto other = open();
    _exit(!other->take_seats(requests) && other->take_seats(requests) ? 0 : 1);
  });
  CHECK_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(processes, AllKilledLeavesTheMessagesOnly) {
  Position first;
  (void)run([&] {
    auto bus = open();
    (void)publish(*bus, "one");
    (void)bus->enter(kRoom, SessionId{bus->process()} << 48 | 1, "ghost", "");
    (void)publish(*bus, "two");
    raise(SIGKILL);
  });
  auto bus = open();
  std::vector<Member> members;
  CHECK_TRUE(bus->members(kRoom, members) == BusStatus::ok);
  CHECK_EQUAL(0, members.size());
  CHECK_EQUAL(3, publish(*bus, "three").position.offset);
}

TEST(processes, NumbersAreUnique) {
  auto bus = open();
  std::vector<uint16_t> numbers{bus->process()};
  for (int i = 0; i < 20; ++i) {
    int pipes[2];
    CHECK_EQUAL(0, pipe(pipes));
    (void)run([&] {
      auto other = open();
      const uint16_t number = other->process();
      (void)!write(pipes[1], &number, sizeof number);
      raise(SIGSTOP);
    });
    uint16_t number = 0;
    CHECK_EQUAL(static_cast<ssize_t>(sizeof number), read(pipes[0], &number, sizeof number));
    close(pipes[0]);
    close(pipes[1]);
    for (const uint16_t other : numbers) CHECK_TRUE(number != other);
    numbers.push_back(number);
  }
}

TEST(processes, OpensWithoutTheLeaveOfOneThatIsStoppedWithinOpen) {
  (void)open();
  (void)run([&] {
    std::string error;
    const lmdb::OpenLock lock(settings.directory, error);
    raise(SIGSTOP);
  });
  // It is not killed, for it may be anybody: the error says what to look for.
  std::string error;
  CHECK_FALSE(LmdbBus::open(settings, log, clock, error));
  STRCMP_CONTAINS("open.lock", error.c_str());
}

// A disk that is full is an error of the publisher, and over when there is room again.
TEST(processes, R34_FullDisk) {
  const int status = run([&] {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("none", settings.directory.c_str(), "tmpfs", 0, "size=2m") != 0)
      _exit(77);
    (void)chmod(settings.directory.c_str(), 0700);
    std::string error;
    auto bus = LmdbBus::open(settings, log, clock, error);
    if (!bus) _exit(1);
    const std::string large(50'000, 'x');
    unsigned accepted = 0;
    BusStatus last = BusStatus::ok;
    for (; accepted < 500 && last == BusStatus::ok; ++accepted)
      last = bus->publish_and_wait(kRoom, Opcode::text, large, 0, kKeep, 500).status;
    if (last != BusStatus::full) _exit(2);
    if (!log.has("has no room")) _exit(3);
    if (mount("none", settings.directory.c_str(), "tmpfs", MS_REMOUNT, "size=32m") != 0) _exit(4);
    const uint64_t end = clock.now_ms() + kPatienceMs;
    while (clock.now_ms() < end) {
      const Published published = bus->publish_and_wait(kRoom, Opcode::text, "y", 0, kKeep, 500);
      if (published.status == BusStatus::ok) _exit(published.position.offset == accepted ? 0 : 5);
    }
    _exit(6);
  });
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    UT_PRINT("no right to mount a small disk: not tested");
    return;
  }
  CHECK_TRUE(WIFEXITED(status));
  CHECK_EQUAL(0, WEXITSTATUS(status));
}

// The kernel gives a process the number of one that died within a read.
TEST(processes, NumberOfADeadReaderIsUsedAgain) {
  const int status = run([&] {
    if (unshare(CLONE_NEWPID) != 0) _exit(77);
    pid_t child = 0;
    const auto run_here = [&child](const std::function<int()>& body) {
      child = fork();
      if (child == 0) _exit(body());
      int result = 0;
      waitpid(child, &result, 0);
      return result;
    };
    // The first of the new numbers is what the others need to have any.
    const int result = run_here([&] {
      auto bus = open();
      (void)publish(*bus, "first");
      (void)run_here([&] {
        Parts parts(settings);
        const lmdb::ReadTxn txn(*parts.store);
        raise(SIGKILL);
        return 0;
      });
      const pid_t dead = child;
      std::ofstream("/proc/sys/kernel/ns_last_pid") << dead - 1;
      const int last = run_here([&] {
        if (getpid() != dead) return 77;
        auto other = open();
        const std::string large(100'000, 'x');
        for (int i = 0; i < 400; ++i)
          if (publish(*other, large).status != BusStatus::ok) return 1;
        return 0;
      });
      return WIFEXITED(last) ? WEXITSTATUS(last) : 2;
    });
    _exit(WIFEXITED(result) ? WEXITSTATUS(result) : 3);
  });
  CHECK_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) {
    UT_PRINT("no right to choose the number of a process: not tested");
    return;
  }
  CHECK_EQUAL(0, WEXITSTATUS(status));
}

int main(int argc, char** argv) {
  // Threads and forks: a lock around every allocation would be in the way.
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
  return CommandLineTestRunner::RunAllTests(argc, argv);
}
