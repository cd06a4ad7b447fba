// The thread that listens for one process.
#include "channel/lmdb_ear.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

namespace ws::channel::lmdb {

namespace {

constexpr uint32_t kLongestWaitMs = 500;
constexpr uint32_t kAfterErrorMs = 200;

}  // namespace

Ear::Ear(Store& store, Control& control, Writer& writer, const LmdbSettings& settings,
         base::Log& log, const base::Clock& clock)
    : store_(store),
      control_(control),
      writer_(writer),
      settings_(settings),
      log_(log),
      clock_(clock) {}

Ear::~Ear() { stop(); }

std::shared_ptr<Reader> Ear::add(Listener& listener) {
  auto reader = std::make_shared<Reader>(listener, settings_);
  const std::lock_guard lock(mutex_);
  added_.push_back(reader);
  return reader;
}

void Ear::remove(const std::shared_ptr<Reader>& reader) noexcept {
  reader->detach();
  const std::lock_guard lock(mutex_);
  std::erase(added_, reader);
  removed_.push_back(reader);
}

void Ear::stop() noexcept {
  is_stopping_ = true;
  std::thread thread;
  {
    const std::lock_guard lock(mutex_);
    thread.swap(thread_);
  }
  if (!thread.joinable()) return;
  control_.ring(control_.number());
  thread.join();
}

void Ear::activate(std::shared_ptr<Reader> reader, std::shared_ptr<Listening> listening,
                   BusStatus status, ChannelId channel) {
  const auto kind = status == BusStatus::ok ? Request::Kind::activate : Request::Kind::refuse;
  request({kind, std::move(reader), std::move(listening), status, channel, {}});
}

void Ear::deactivate(std::shared_ptr<Reader> reader, std::shared_ptr<Listening> listening) {
  request(
      {Request::Kind::deactivate, std::move(reader), std::move(listening), BusStatus::ok, {}, {}});
}

void Ear::read(std::shared_ptr<Reader> reader, std::shared_ptr<Listening> listening,
               HistoryRead read) {
  request({Request::Kind::read,
           std::move(reader),
           std::move(listening),
           BusStatus::ok,
           {},
           std::move(read)});
}

void Ear::request(Request request) {
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return;
    requests_.push_back(std::move(request));
    if (!thread_.joinable()) {
      sigset_t all;
      sigset_t before;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &before);
      try {
        thread_ = std::thread([this] { run(); });
      } catch (const std::system_error&) {
        log_.write(base::LogLevel::error, "the channels' thread cannot be started");
      }
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
  }
  control_.ring(control_.number());
}

void Ear::run() {
  for (;;) {
    // In this order: stop() rings after it has said so.
    const uint32_t bell = control_.bell();
    if (is_stopping_) return;
    std::vector<Request> requests;
    {
      const std::lock_guard lock(mutex_);
      requests.swap(requests_);
      for (auto& reader : std::exchange(added_, {})) readers_.push_back(std::move(reader));
      for (const auto& reader : std::exchange(removed_, {})) std::erase(readers_, reader);
    }
    if (const Control::Hint hint = control_.take_hint(); hint.from != 0) {
      if (expected_.from == 0 || hint.from < expected_.from) expected_.from = hint.from;
      expected_.until = hint.until;
      wait_ms_ = 1;
    }
    const bool has_work =
        expected_.from != 0 || !requests.empty() ||
        std::ranges::any_of(readers_, [](const auto& reader) { return reader->is_due(); });
    if (has_work && turn(std::move(requests))) continue;
    if (expected_.from == 0) {
      control_.sleep(bell, UINT32_MAX);
    } else {
      // The commit rings; unless its process dies before, and then the next one takes its place.
      control_.sleep(bell, wait_ms_);
      wait_ms_ = std::min(wait_ms_ * 2, kLongestWaitMs);
    }
  }
}

// True: there is more to do.
bool Ear::turn(std::vector<Request> requests) {
  bool is_more = false;
  int error = 0;
  std::vector<std::pair<std::shared_ptr<Reader>, HistoryRead>> unknown;
  {
    ReadTxn txn(store_);
    if (txn.error() == 0) expect(txn);
    size_t handled = 0;
    while (handled < requests.size() && txn.error() == 0) {
      handle(txn, requests[handled]);
      if (txn.error() == 0) ++handled;
    }
    if (txn.error() != 0) {
      const std::lock_guard lock(mutex_);
      requests_.insert(requests_.begin(),
                       std::make_move_iterator(requests.begin() + static_cast<long>(handled)),
                       std::make_move_iterator(requests.end()));
    }
    for (const auto& reader : readers_) {
      std::vector<HistoryRead> missing;
      is_more = reader->read(txn, clock_.now_ms(), missing) || is_more;
      for (HistoryRead& read : missing) unknown.emplace_back(reader, std::move(read));
    }
    error = txn.error();
  }
  for (auto& [reader, read] : unknown) find_channel(reader, std::move(read));
  for (const auto& reader : readers_) reader->wake();
  if (error == 0) return is_more;
  if (!std::exchange(has_complained_, true))
    log_.write(base::LogLevel::error,
               "the channels' state cannot be read: " + std::string(mdb_strerror(error)));
  control_.sleep(control_.bell(), kAfterErrorMs);
  return true;
}

// What was hinted at may not be committed yet, or only a part of it.
void Ear::expect(const Txn& txn) {
  if (expected_.from == 0 || transaction_of(expected_.from) > txn.id()) return;
  for (const auto& reader : readers_) reader->expect(expected_.from);
  expected_.from = expected_.until > txn.id() ? last_order(txn.id()) + 1 : 0;
}

void Ear::handle(Txn& txn, Request& request) {
  Reader& reader = *request.reader;
  switch (request.kind) {
    case Request::Kind::activate:
      reader.activate(txn, request.listening, request.channel);
      break;
    case Request::Kind::deactivate:
      reader.deactivate(request.listening);
      break;
    case Request::Kind::refuse:
      if (request.listening)
        for (const HistoryRead& read : std::exchange(request.listening->reads, {}))
          reader.answer(read.done, request.status, {});
      if (request.read.done) reader.answer(request.read.done, request.status, {});
      break;
    case Request::Kind::read:
      if (request.listening && !request.listening->is_active) {
        request.listening->reads.push_back(std::move(request.read));
      } else {
        reader.read_later(std::move(request.read));
      }
      break;
  }
}

// Nobody used the channel yet: it begins now, so that the answer's position is good for later.
void Ear::find_channel(const std::shared_ptr<Reader>& reader, HistoryRead read) {
  Operation operation;
  operation.kind = Operation::Kind::touch;
  operation.channel = read.channel.view();
  const auto shared = std::make_shared<HistoryRead>(std::move(read));
  operation.done = [this, reader, shared](BusStatus status, ChannelId) {
    const auto kind = status == BusStatus::ok ? Request::Kind::read : Request::Kind::refuse;
    request({kind, reader, nullptr, status, {}, *shared});
  };
  const BusStatus status = writer_.submit(std::move(operation));
  if (status != BusStatus::ok) reader->answer(shared->done, status, {});
}

}  // namespace ws::channel::lmdb
