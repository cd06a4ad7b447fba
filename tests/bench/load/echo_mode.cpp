// The answers of one read are answered by one write.
#include "echo_mode.h"

#include <algorithm>
#include <cstring>

#include "payload.h"

namespace bench {

struct EchoMode::Sink {
  EchoMode& mode;
  Peer& peer;
  uint64_t now_ns;

  bool payload(uint64_t offset, std::string_view piece) {
    const std::string& expected = mode.expected_;
    return offset + piece.size() <= expected.size() &&
           std::memcmp(expected.data() + offset, piece.data(), piece.size()) == 0;
  }
  bool message_end(uint64_t size) {
    if (size != mode.expected_.size()) return false;
    mode.latency_.add(now_ns - peer.sent_ns[peer.oldest]);
    peer.sent_ns[peer.oldest] = now_ns;  // the next message goes out in its place
    if (++peer.oldest == peer.sent_ns.size()) peer.oldest = 0;
    peer.owed += mode.frame_size_;
    ++mode.echoed_;
    return true;
  }
};

EchoMode::EchoMode(Poller& poller, const Target& target, const Options& options)
    : Fleet(poller, target),
      options_(options),
      expected_(options.opaque ? masked(text_payload(options.size)) : text_payload(options.size)),
      frame_size_(masked_text_frame(expected_).size()) {
  const std::string frame = masked_text_frame(text_payload(options.size));
  for (size_t i = 0; i < options.depth; ++i) frames_ += frame;
}

bool EchoMode::run_and_report(Report& report) {
  peers_.resize(options_.connections);
  if (!open(options_.connections, [this](size_t i) { return numbered_path(options_.path, i); }))
    return false;
  for (size_t i = 0; i < size(); ++i) {
    peers_[i].sent_ns.assign(options_.depth, now_ns());
    peers_[i].owed = frames_.size();
    send_owed(at(i));
  }
  if (!run(options_.warm_up_seconds)) return false;
  Meter meter(ServerCpu(options_.server_pids));
  meter.start();
  echoed_ = 0;
  latency_.clear();
  if (!run(options_.seconds)) return false;
  meter.report(echoed_, report);
  report.add_latency("latency", latency_);
  return true;
}

void EchoMode::on_bytes(Connection& connection, std::string_view bytes) {
  Peer& peer = peers_[connection.number()];
  Sink sink{.mode = *this, .peer = peer, .now_ns = now_ns()};
  if (!peer.reader.feed(bytes, sink)) return give_up(connection, "the echo is not what was sent");
  if (peer.owed > 0) send_owed(connection);
}

void EchoMode::send_owed(Connection& connection) {
  Peer& peer = peers_[connection.number()];
  while (peer.owed > 0) {
    const size_t size = std::min(peer.owed, frames_.size() - peer.offset);
    const auto taken = connection.write(std::string_view(frames_).substr(peer.offset, size));
    if (!taken) return give_up(connection, "write failed");
    peer.owed -= *taken;
    peer.offset += *taken;
    if (peer.offset == frames_.size()) peer.offset = 0;
    if (*taken < size) return connection.want_writable(true);
  }
  connection.want_writable(false);
}

}  // namespace bench
