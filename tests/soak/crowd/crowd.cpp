// One turn is 20 ms.
#include "crowd.h"

#include <poll.h>
#include <unistd.h>

#include "attacker.h"
#include "cpu_time.h"
#include "report.h"
#include "visitors.h"

namespace soak {
namespace {

constexpr uint64_t kTurn = 20 * kMillisecond;
constexpr uint64_t kComeEach = 2 * kMillisecond;  // at first: 500 a second
constexpr uint64_t kTimeToLeave = 60 * bench::kSecond;

// Of a hundred one attacks and five are slow; of the others each third chats, is notified, or
// echoes.
std::unique_ptr<Client> make(Surroundings& around, size_t number, uint64_t comes_at) {
  const size_t part = number % 100;
  if (part == 50) return std::make_unique<Attacker>(around, number, comes_at);
  if (part % 20 == 7) return std::make_unique<SlowVisitor>(around, number, comes_at);
  switch (number / 2 % 3) {
    case 0:
      return std::make_unique<ChatVisitor>(around, number, comes_at);
    case 1:
      return std::make_unique<NotifiedVisitor>(around, number, comes_at);
    default:
      return std::make_unique<EchoVisitor>(around, number, comes_at);
  }
}

bool stdin_ended() {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  char byte = 0;
  return poll(&input, 1, 0) > 0 && ::read(STDIN_FILENO, &byte, 1) <= 0;
}

}  // namespace

Crowd::Crowd(bench::Poller& poller, SSL_CTX* tls, const Settings& settings)
    : poller_(poller), settings_(settings), began_(bench::now_ns()), told_at_(began_) {
  around_.epoll = poller.fd();
  around_.ws = {.port = settings.port};
  around_.wss = {.port = settings.tls_port, .tls = tls};
  around_.random.seed(settings.seed);
  for (size_t i = 0; i < settings.connections; ++i)
    clients_.push_back(make(around_, i, began_ + i * kComeEach));
}

bool Crowd::run() {
  while (!stdin_ended()) turn();
  around_.is_over = true;
  for (const auto& client : clients_) client->leave();
  const uint64_t end = bench::now_ns() + kTimeToLeave;
  while (!all_left() && bench::now_ns() < end) turn();
  if (!all_left()) around_.fail("not all could leave in time");
  tell();
  return around_.failed == 0;
}

void Crowd::turn() {
  poller_.run(kTurn, [] { return false; });
  around_.now = bench::now_ns();
  for (const auto& client : clients_) client->act();
  if (!around_.is_over) {
    const uint64_t wanted = settings_.churn * (around_.now - began_) / bench::kSecond;
    for (; leavers_ < wanted; ++leavers_) {
      Client& chosen = *clients_[around_.below(clients_.size())];
      if (chosen.is_here()) chosen.leave();
    }
  }
  if (around_.now >= told_at_ + bench::kSecond) tell();
}

bool Crowd::all_left() {
  for (const auto& client : clients_)
    if (!client->is_away()) return false;
  return true;
}

void Crowd::tell() {
  told_at_ = bench::now_ns();
  bench::Report report;
  report.add("seconds", static_cast<double>(told_at_ - began_) / 1e9);
  report.add("open", around_.open);
  report.add("opened", around_.opened);
  report.add("left", around_.left);
  report.add("received", around_.received);
  report.add("attacks", around_.attacks);
  report.add("slow_ends", around_.slow_ends);
  report.add_latency("echo", around_.latency);
  report.add("failed", around_.failed);
  if (!around_.failures.empty()) {
    std::string all;
    for (const std::string& one : around_.failures) all += (all.empty() ? "" : "; ") + one;
    report.add("failures", all);
  }
  report.print();
  around_.latency.clear();
}

}  // namespace soak
