// A message begins with its number, eight digits; the rest is the same for all.
#include "fanout_mode.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "payload.h"

namespace bench {
namespace {

constexpr size_t kDigits = 8;
constexpr uint64_t kNumbers = 100'000'000;
constexpr uint64_t kFirstProbe = kSecond / 4;
constexpr size_t kProbes = 9;

std::string digits(uint64_t number) {
  char text[kDigits + 1];
  std::snprintf(text, sizeof text, "%08u", static_cast<unsigned>(number % kNumbers));
  return text;
}

}  // namespace

struct FanoutMode::Sink {
  FanoutMode& mode;
  Subscriber& subscriber;
  uint64_t now_ns;

  bool payload(uint64_t offset, std::string_view piece) {
    if (subscriber.next == kNothingYet && !take_first_number(piece)) return false;
    const std::string& expected = mode.message(subscriber.next).expected;
    return offset + piece.size() <= expected.size() &&
           std::memcmp(expected.data() + offset, piece.data(), piece.size()) == 0;
  }

  // A subscriber may join between two probes, so that any number may be its first.
  bool take_first_number(std::string_view piece) {
    if (piece.size() < kDigits) return false;
    const std::string text(piece.substr(0, kDigits));
    subscriber.next =
        std::strtoull((mode.options_.opaque ? masked(text) : text).c_str(), nullptr, 10);
    return true;
  }

  bool message_end(uint64_t size) {
    Message& message = mode.message(subscriber.next);
    if (size != message.expected.size() || subscriber.next >= mode.published_) return false;
    ++subscriber.next;
    ++mode.delivered_;
    mode.delivery_.add(now_ns - message.published_ns);
    if (++message.heard < mode.subscribers_.size()) return true;
    ++mode.completed_;
    mode.completion_.add(now_ns - message.published_ns);
    if (!mode.probing_) mode.publish();
    return true;
  }
};

FanoutMode::FanoutMode(Poller& poller, const Target& target, const Options& options)
    : Fleet(poller, target),
      options_(options),
      text_(text_payload(std::max(options.size, kDigits))),
      in_flight_(std::max(options.depth, kProbes) + 1) {}

bool FanoutMode::run_and_report(Report& report) {
  const size_t publisher = options_.connections;
  subscribers_.resize(options_.connections);
  if (!open(publisher + 1, [&](size_t i) {
        return numbered_path(i == publisher ? options_.publish_path : options_.path, i);
      }))
    return false;
  if (!wait_until_all_hear()) return false;
  probing_ = false;
  for (size_t i = 0; i < options_.depth; ++i) publish();
  send_published();
  if (!run(options_.warm_up_seconds)) return false;
  Meter meter(ServerCpu(options_.server_pids));
  meter.start();
  delivered_ = completed_ = 0;
  delivery_.clear();
  completion_.clear();
  if (!run(options_.seconds)) return false;
  meter.report(delivered_, report);
  report.add("published", completed_);
  report.add_latency("delivery", delivery_);
  report.add_latency("last_delivery", completion_);
  return true;
}

// A server may answer 101 before it has subscribed the connection: messages are published one by
// one, each given twice as long as the last, until one reaches everybody.
bool FanoutMode::wait_until_all_hear() {
  for (size_t probe = 0; probe < kProbes && !failed(); ++probe) {
    publish();
    send_published();
    const Message& sent = message(published_ - 1);
    const auto all_heard = [&] { return failed() || sent.heard == subscribers_.size(); };
    if (poller().run(kFirstProbe << probe, all_heard)) return !failed();
  }
  if (!failed()) give_up(at(options_.connections), "some subscribers hear nothing");
  return false;
}

void FanoutMode::publish() {
  const std::string number = digits(published_);
  std::memcpy(text_.data(), number.data(), kDigits);
  Message& slot = message(published_++);
  slot.expected = options_.opaque ? masked(text_) : text_;
  slot.published_ns = now_ns();
  slot.heard = 0;
  output_ += masked_text_frame(text_);
}

void FanoutMode::send_published() {
  Connection& publisher = at(options_.connections);
  const auto taken = publisher.write(output_);
  if (!taken) return give_up(publisher, "write failed");
  output_.erase(0, *taken);
  publisher.want_writable(!output_.empty());
}

void FanoutMode::on_bytes(Connection& connection, std::string_view bytes) {
  if (connection.number() == options_.connections) return;  // nchan acknowledges each message
  Subscriber& subscriber = subscribers_[connection.number()];
  Sink sink{.mode = *this, .subscriber = subscriber, .now_ns = now_ns()};
  if (!subscriber.reader.feed(bytes, sink))
    return give_up(connection, "a delivery is wrong, missing or out of order");
  if (!output_.empty()) send_published();
}

}  // namespace bench
