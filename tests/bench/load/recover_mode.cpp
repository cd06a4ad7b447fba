// The server keeps the messages: the first client's request makes it publish them.
#include "recover_mode.h"

#include <cstring>

#include "payload.h"

namespace bench {

struct RecoverMode::Sink {
  RecoverMode& mode;
  Peer& peer;

  bool payload(uint64_t offset, std::string_view piece) {
    const std::string& expected = mode.expected_;
    return offset + piece.size() <= expected.size() &&
           std::memcmp(expected.data() + offset, piece.data(), piece.size()) == 0;
  }
  bool message_end(uint64_t size) {
    return size == mode.expected_.size() && ++peer.messages <= mode.options_.depth;
  }
};

RecoverMode::RecoverMode(Poller& poller, const Target& target, const Options& options)
    : Fleet(poller, target),
      options_(options),
      expected_(text_payload(options.size)),
      request_(masked_text_frame(std::to_string(options.depth) + " " + expected_)) {}

bool RecoverMode::run_and_report(Report& report) {
  peers_.resize(options_.connections);
  if (!open(options_.connections, [this](size_t i) { return numbered_path(options_.path, i); }))
    return false;
  // The first one alone, so that the messages are published once.
  ask(at(0));
  if (!poller().run(10 * kSecond, [this] { return failed() || recovered_ > 0; }) || failed())
    return false;
  for (size_t i = 1; i < size(); ++i) ask(at(i));
  if (!run(options_.warm_up_seconds)) return false;
  Meter meter(ServerCpu(options_.server_pids));
  meter.start();
  recovered_ = 0;
  latency_.clear();
  if (!run(options_.seconds)) return false;
  meter.report(recovered_, report);
  report.add_latency("latency", latency_);
  return true;
}

void RecoverMode::ask(Connection& connection) {
  Peer& peer = peers_[connection.number()];
  peer.messages = 0;
  peer.asked_ns = now_ns();
  const auto taken = connection.write(request_);
  if (!taken || *taken != request_.size()) give_up(connection, "write failed");
}

void RecoverMode::on_bytes(Connection& connection, std::string_view bytes) {
  Peer& peer = peers_[connection.number()];
  Sink sink{.mode = *this, .peer = peer};
  if (!peer.reader.feed(bytes, sink))
    return give_up(connection, "a message is wrong, or there are too many");
  if (peer.messages < options_.depth) return;
  latency_.add(now_ns() - peer.asked_ns);
  ++recovered_;
  ask(connection);
}

}  // namespace bench
