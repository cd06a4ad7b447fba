// One process of the test.
#include "worker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "channel/lmdb_bus.h"
#include "clients.h"
#include "records.h"

namespace ws::channel::test {

namespace {

class SocketLog final : public base::Log {
 public:
  explicit SocketLog(std::function<void(std::string)> say) : say_(std::move(say)) {}
  [[nodiscard]] bool enabled(base::LogLevel) const noexcept override { return true; }
  void write(base::LogLevel, std::string_view text) noexcept override { say_(line("log", text)); }

 private:
  std::function<void(std::string)> say_;
};

struct Publish {
  std::string channel;
  uint64_t first_id;
  unsigned count;
  size_t size;
  std::optional<Keep> keep;
};

class Worker {
 public:
  Worker(int socket, const LmdbSettings& settings)
      : socket_(socket),
        event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        log_([this](std::string text) { say(std::move(text)); }) {
    std::string error;
    bus_ = LmdbBus::open(settings, log_, clock_, error);
    if (!bus_) {
      say(line("failed", error));
      flush();
      return;
    }
    for (auto& loop : loops_)
      loop = std::make_unique<Clients>(
          *bus_, [this] { ring(); }, [this](std::string text) { say(std::move(text)); });
    publisher_ = std::thread([this] { publish_and_wait(); });
    say(line("hello", bus_->process()));
  }

  ~Worker() {
    if (!bus_) return;
    {
      const std::lock_guard lock(mutex_);
      is_ending_ = true;
    }
    changed_.notify_one();
    publisher_.join();
    for (auto& loop : loops_) loop.reset();
    bus_.reset();
    say(line("bye"));
    flush();
  }

  int run() {
    while (bus_ && !has_quit_) {
      flush();
      std::array<pollfd, 2> wanted{{{socket_, POLLIN, 0}, {event_, POLLIN, 0}}};
      if (poll(wanted.data(), wanted.size(), -1) < 0) continue;
      if ((wanted[0].revents & (POLLIN | POLLHUP)) != 0) take_commands();
      uint64_t count = 0;
      if (read(event_, &count, sizeof count) > 0)
        for (auto& loop : loops_) loop->receive();
    }
    return bus_ ? 0 : 1;
  }

 private:
  void ring() noexcept {
    const uint64_t one = 1;
    (void)!write(event_, &one, sizeof one);
  }

  void say(std::string text) {
    const std::lock_guard lock(say_mutex_);
    if (out_.empty() || out_.back().size() + text.size() > kMaxRecord) out_.emplace_back();
    out_.back() += text;
  }

  void flush() {
    std::deque<std::string> out;
    {
      const std::lock_guard lock(say_mutex_);
      out.swap(out_);
    }
    for (const std::string& record : out)
      if (send(socket_, record.data(), record.size(), MSG_NOSIGNAL) < 0) has_quit_ = true;
  }

  void take_commands() {
    std::string record(kMaxRecord, '\0');
    const ssize_t size = recv(socket_, record.data(), record.size(), 0);
    if (size <= 0) {
      has_quit_ = true;
      return;
    }
    for_each_line(std::string_view(record).substr(0, static_cast<size_t>(size)),
                  [this](std::istringstream& words) { take(words); });
  }

  void take(std::istringstream& words) {
    const auto command = next<std::string>(words);
    if (command == "sub") {
      const auto client = next<uint64_t>(words);
      const auto channel = next<std::string>(words);
      std::optional<Position> since;
      if (uint64_t epoch = 0; words >> epoch) since = Position{epoch, next<uint64_t>(words)};
      loop_of(client).subscribe(client, channel, since);
    } else if (command == "unsub") {
      const auto client = next<uint64_t>(words);
      loop_of(client).unsubscribe(client);
    } else if (command == "barrier") {
      const auto channel = next<std::string>(words);
      const std::lock_guard lock(mutex_);
      to_publish_.push_back({channel, next<uint64_t>(words), 0, 0, std::nullopt});
      changed_.notify_one();
    } else if (command == "pub" || command == "pubw") {
      Publish publish{next<std::string>(words), next<uint64_t>(words), next<unsigned>(words),
                      next<size_t>(words), std::nullopt};
      if (uint32_t keep = 0; words >> keep) publish.keep = Keep{keep, 0};
      if (command == "pub") return publish_now(publish);
      const std::lock_guard lock(mutex_);
      to_publish_.push_back(std::move(publish));
      changed_.notify_one();
    } else if (command == "enter") {
      const auto channel = next<std::string>(words);
      const auto session = session_of(next<uint64_t>(words));
      const auto key = next<std::string>(words);
      const BusStatus status = bus_->enter(channel, session, key, "info of " + key);
      say(line("entered", channel, session, key, static_cast<int>(status)));
    } else if (command == "leave") {
      const auto channel = next<std::string>(words);
      const auto session = session_of(next<uint64_t>(words));
      bus_->leave(channel, session);
      say(line("out", channel, session));
    } else if (command == "members") {
      const auto token = next<uint64_t>(words);
      std::vector<Member> members;
      if (bus_->members(next<std::string>(words), members) != BusStatus::ok) return;
      std::string list;
      for (const Member& member : members) {
        if (member.info != "info of " + member.key) say(line("wrong", "info", member.key));
        list += member.key + ' ' + std::to_string(member.session_count) + ' ';
      }
      say(line("members", token, members.size(), list));
    } else if (command == "head") {
      const auto token = next<uint64_t>(words);
      loops_[0]->head(token, next<std::string>(words));
    } else if (command == "quit") {
      has_quit_ = true;
    }
  }

  Clients& loop_of(uint64_t client) { return *loops_[client % loops_.size()]; }
  SessionId session_of(uint64_t slot) const { return SessionId{bus_->process()} << 48 | slot; }

  // As a loop does.
  void publish_now(const Publish& publish) {
    for (unsigned i = 0; i < publish.count; ++i) {
      const uint64_t id = publish.first_id + i;
      const Published result = bus_->publish(publish.channel, protocol::Opcode::text,
                                             payload_of(id, publish.size), 0, publish.keep);
      if (result.status != BusStatus::ok) say(line("fail", id, static_cast<int>(result.status)));
    }
  }

  // As a worker of httpd does.
  void publish_and_wait() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return is_ending_ || !to_publish_.empty(); });
      if (is_ending_) return;
      const Publish publish = std::move(to_publish_.front());
      to_publish_.pop_front();
      lock.unlock();
      for (unsigned i = 0; i < publish.count; ++i)
        if (!try_publish(publish, publish.first_id + i))
          say(line("fail", publish.first_id + i, "1"));
      // Not one that fails counts as the end of what was before.
      if (publish.count == 0)
        while (!try_publish(publish, publish.first_id)) std::this_thread::yield();
      ring();
      lock.lock();
    }
  }

  bool try_publish(const Publish& publish, uint64_t id) {
    const Published result =
        bus_->publish_and_wait(publish.channel, protocol::Opcode::text,
                               payload_of(id, publish.size), 0, publish.keep, 300);
    if (result.status != BusStatus::ok) return false;
    say(line("ack", publish.channel, id, result.position.epoch, result.position.offset));
    return true;
  }

  const int socket_;
  const int event_;
  base::MonotonicClock clock_;
  SocketLog log_;
  std::unique_ptr<LmdbBus> bus_;
  std::array<std::unique_ptr<Clients>, 2> loops_;
  bool has_quit_ = false;

  std::mutex say_mutex_;  // guards out_
  std::deque<std::string> out_;

  std::thread publisher_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Publish> to_publish_;
  bool is_ending_ = false;
};

}  // namespace

int run_worker(int socket, const LmdbSettings& settings) { return Worker(socket, settings).run(); }

}  // namespace ws::channel::test
