// Moves processes and clients at random.
#include "driver.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/clock.h"
#include "channel/lmdb_directory.h"
#include "records.h"

namespace ws::channel::test {

namespace {

constexpr unsigned kChannels = 9;
constexpr unsigned kClients = 30;
constexpr unsigned kKeys = 6;

uint64_t now_ms() { return base::MonotonicClock().now_ms(); }

}  // namespace

Driver::Driver(const Options& options) : options_(options), rng_(options.seed) {
  settings_.directory = options.directory;
  settings_.size = size_t{options.size_mb} << 20;
  settings_.round_ms = 200;
  settings_.stall_ms = 1'500;
  for (unsigned i = 0; i < kChannels; ++i) channels_.push_back("room-" + std::to_string(i));
  for (unsigned i = 0; i < kClients; ++i) {
    const unsigned channel = i % kChannels;
    seats_.push_back({Client(channel_at(channel), policy_of(channel)), nullptr, 0});
  }
}

Driver::~Driver() {
  workers_.clear();
  if (!has_failed_) {
    std::error_code ignored;
    std::filesystem::remove_all(options_.directory, ignored);
  }
}

void Driver::fail(const std::string& what) {
  if (!has_failed_)
    std::printf("FAILED: %s\nstate: %s\n", what.c_str(), options_.directory.c_str());
  has_failed_ = true;
}

void Driver::check(const std::string& wrong) {
  if (!wrong.empty()) fail(wrong);
}

bool Driver::run() {
  const std::string wrong = prepare_state_directory(options_.directory, getuid(), getgid());
  if (!wrong.empty()) fail(wrong);
  const uint64_t end = now_ms() + uint64_t{options_.seconds} * 1000;
  while (!has_failed_ && now_ms() < end) {
    chaos(std::min(end, now_ms() + 500 + random(3000)));
    settle();
    if (random(6) == 0) kill_all();
  }
  for (const auto& [what, count] : counts_)
    std::printf("%s %llu, ", what.c_str(), static_cast<unsigned long long>(count));
  std::printf("messages seen %zu\n", messages_.size());
  if (!has_failed_ && messages_.size() == 0) fail("nothing happened");
  return !has_failed_;
}

void Driver::chaos(uint64_t until_ms) {
  while (!has_failed_ && now_ms() < until_ms) {
    while (workers_.size() < options_.processes) spawn();
    for (auto& worker : workers_)
      if (worker->process->is_stopped() && now_ms() >= worker->go_on_ms) worker->process->go_on();
    const unsigned dice = random(1000);
    if (dice < 400) {
      publish();
    } else if (dice < 700) {
      move_client();
    } else if (dice < 980) {
      change_presence();
    } else {
      stop_or_kill();
    }
    pump(static_cast<int>(random(4)) == 0 ? 2 : 0);
  }
}

void Driver::spawn() {
  auto worker = std::make_unique<Worker>();
  worker->index = ++last_worker_;
  worker->process = std::make_unique<Process>(settings_);
  workers_.push_back(std::move(worker));
  ++counts_["starts"];
}

Driver::Worker* Driver::any_worker() {
  std::vector<Worker*> usable;
  for (auto& worker : workers_)
    if (worker->process->is_ready && !worker->process->was_killed) usable.push_back(worker.get());
  return usable.empty() ? nullptr : usable[random(static_cast<unsigned>(usable.size()))];
}

void Driver::publish() {
  Worker* const worker = any_worker();
  if (!worker) return;
  const unsigned channel = random(kChannels);
  const unsigned count = 1 + random(random(5) == 0 ? 60 : 3);
  size_t size = random(random(10) == 0 ? 3000 : 100);
  if (random(200) == 0) size = 10'000 + random(60'000);
  const bool keep =
      policy_of(channel) == Policy::kept || (policy_of(channel) == Policy::mixed && random(2) == 0);
  const std::string keep_words = keep ? std::to_string(kKeep) : "";
  worker->process->say(line(random(2) == 0 ? "pub" : "pubw", channel_at(channel), last_id_ + 1,
                            count, size, keep_words));
  last_id_ += count;
  counts_["publishes"] += count;
}

void Driver::move_client() {
  Seat& seat = seats_[random(kClients)];
  if (seat.worker) {
    seat.worker->process->say(line("unsub", seat.connection));
    return leave(seat);
  }
  Worker* const worker = any_worker();
  if (!worker) return;
  seat.worker = worker;
  seat.connection = ++last_connection_;
  connections_[seat.connection] = &seat;
  seat.client.ask();
  const std::string& channel = seat.client.channel();
  if (const auto& last = seat.client.last()) {
    worker->process->say(line("sub", seat.connection, channel, last->epoch, last->offset));
  } else {
    worker->process->say(line("sub", seat.connection, channel));
  }
  ++counts_["subscribes"];
}

// What the connection still has on its way is lost.
void Driver::leave(Seat& seat) {
  connections_.erase(seat.connection);
  seat.worker = nullptr;
  seat.client.go_away();
}

void Driver::change_presence() {
  Worker* const worker = any_worker();
  if (!worker) return;
  if (worker->sessions.size() > 6 || (!worker->sessions.empty() && random(2) == 0)) {
    const auto session =
        std::next(worker->sessions.begin(), random(static_cast<unsigned>(worker->sessions.size())));
    worker->process->say(line("leave", session->second.channel, session->first));
    worker->sessions.erase(session);
    return;
  }
  const uint64_t slot = ++last_slot_;
  const std::string channel = channel_at(random(kChannels));
  const std::string key = "user-" + std::to_string(random(kKeys));
  worker->sessions[slot] = {channel, key, false};
  worker->process->say(line("enter", channel, slot, key));
}

void Driver::stop_or_kill() {
  Worker* const worker = any_worker();
  if (!worker || !worker->process->is_ready) return;
  switch (random(5)) {
    case 0:
    case 1:
      worker->process->kill();
      ++counts_["kills"];
      break;
    case 2:
      worker->process->say(line("quit"));
      worker->process->was_killed = true;
      ++counts_["quits"];
      break;
    default:
      if (worker->process->is_stopped()) break;
      worker->go_on_ms = now_ms() + random(random(4) == 0 ? 4000 : 300);
      worker->process->stop();
      ++counts_["stops"];
      break;
  }
}

void Driver::kill_all() {
  for (auto& worker : workers_) worker->process->kill();
  wait_until("the end of all processes", 10, [this] { return workers_.empty(); });
  ++counts_["whole restarts"];
}

void Driver::pump(int timeout_ms) {
  std::vector<pollfd> wanted;
  for (const auto& worker : workers_) wanted.push_back({worker->process->socket(), POLLIN, 0});
  poll(wanted.data(), wanted.size(), timeout_ms);
  std::vector<Worker*> ended;
  for (const auto& worker : workers_) {
    const bool lives = worker->process->listen([&](std::string_view record) {
      for_each_line(record, [&](std::istringstream& words) { take(*worker, words); });
    });
    if (!lives) ended.push_back(worker.get());
  }
  for (Worker* worker : ended) gone(*worker);
}

void Driver::gone(Worker& worker) {
  const Process& process = *worker.process;
  if (!process.was_killed && !process.was_ever_stopped)
    fail("process " + std::to_string(process.pid()) + " ended by itself");
  if (!process.was_killed) ++counts_["ended while stopped"];
  for (Seat& seat : seats_)
    if (seat.worker == &worker) leave(seat);
  std::erase_if(workers_, [&](const auto& one) { return one.get() == &worker; });
}

void Driver::take(Worker& worker, std::istringstream& words) {
  const auto what = next<std::string>(words);
  if (what == "hello") {
    worker.process->is_ready = true;
  } else if (what == "failed") {
    std::string error;
    std::getline(words, error);
    fail("a process could not open the bus:" + error);
  } else if (what == "log") {
    std::string text;
    std::getline(words, text);
    ++counts_[text.find("was killed") != std::string::npos ? "killed as stopped" : "log lines"];
    if (options_.is_verbose) std::printf("%d:%s\n", worker.process->pid(), text.c_str());
  } else if (what == "wrong") {
    std::string error;
    std::getline(words, error);
    fail("a worker saw something wrong:" + error);
  } else if (what == "ack") {
    const auto channel = next<std::string>(words);
    const auto id = next<uint64_t>(words);
    const auto epoch = next<uint64_t>(words);
    check(messages_.acked(channel, {epoch, next<uint64_t>(words)}, id));
    if (worker.barrier == id) worker.barrier = 0;
    ++counts_["acked"];
  } else if (what == "fail") {
    check(messages_.failed(next<uint64_t>(words)));
    ++counts_["refused with " + std::to_string(next<int>(words))];
  } else if (what == "entered") {
    next<std::string>(words);
    const auto slot = next<uint64_t>(words) & ((uint64_t{1} << 48) - 1);
    next<std::string>(words);
    const bool is_refused = next<int>(words) != 0;
    const auto session = worker.sessions.find(slot);
    if (session == worker.sessions.end()) return;
    // The second call of one that is in may be refused: it stays.
    if (is_refused && !session->second.is_in) {
      worker.sessions.erase(session);
    } else if (!std::exchange(session->second.is_in, true) && random(4) == 0) {
      worker.process->say(line("enter", session->second.channel, slot, session->second.key));
    }
  } else if (what == "members") {
    auto& list = lists_[next<uint64_t>(words)];
    next<size_t>(words);
    for (std::string key; words >> key;) list[key] = next<unsigned>(words);
  } else if (what == "head") {
    const auto token = next<uint64_t>(words);
    const auto epoch = next<uint64_t>(words);
    heads_[token] = {epoch, next<uint64_t>(words)};
  } else {
    const auto connection = connections_.find(next<uint64_t>(words));
    if (connection != connections_.end()) take_of_client(*connection->second, what, words);
  }
}

void Driver::take_of_client(Seat& seat, const std::string& what, std::istringstream& words) {
  Client& client = seat.client;
  std::string wrong;
  if (what == "refused") {
    if (is_roomy()) wrong = "refused";
    leave(seat);
  } else if (what == "live") {
    wrong = client.live();
  } else if (what == "joined" || what == "left") {
    wrong = client.change(next<std::string>(words), what == "joined");
  } else if (what == "begin") {
    const bool recovered = next<int>(words) != 0;
    const auto epoch = next<uint64_t>(words);
    const auto offset = next<uint64_t>(words);
    wrong = client.begin(recovered, {epoch, offset}, next<size_t>(words), is_roomy());
    ++counts_[recovered ? "recovered" : "not recovered"];
  } else {
    const auto epoch = next<uint64_t>(words);
    const Position at{epoch, next<uint64_t>(words)};
    if (what == "gap") {
      ++counts_["gaps"];
      wrong = is_roomy() ? "a gap" : client.gap(at);
    } else {
      wrong = what == "old" ? client.old(at) : client.message(at);
      if (wrong.empty()) wrong = messages_.seen(client.channel(), at, next<uint64_t>(words));
      ++counts_["deliveries"];
    }
  }
  if (!wrong.empty())
    fail("connection " + std::to_string(seat.connection) + " to " + client.channel() + ": " +
         wrong);
}

void Driver::wait_until(const char* what, unsigned seconds, const std::function<bool()>& is_done) {
  const uint64_t end = now_ms() + uint64_t{seconds} * 1000;
  while (!has_failed_ && !is_done()) {
    if (now_ms() > end) return fail(std::string("no sign of ") + what + "; " + difference_);
    pump(10);
  }
}

}  // namespace ws::channel::test
