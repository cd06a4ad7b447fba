// Fan-out: one publisher, many subscribers. `depth` messages are in flight: the next is published
// when every subscriber has got one. Each delivery is checked: its bytes, its order, none missing.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "fleet.h"
#include "frame.h"
#include "histogram.h"
#include "report.h"

namespace bench {

class FanoutMode final : public Fleet {
 public:
  FanoutMode(Poller& poller, const Target& target, const Options& options);

  // An operation is one delivery to one subscriber.
  bool run_and_report(Report& report);

  void on_bytes(Connection& connection, std::string_view bytes) override;
  void on_writable(Connection&) override { send_published(); }

 private:
  static constexpr uint64_t kNothingYet = ~uint64_t{0};
  struct Subscriber {
    FrameReader reader;
    uint64_t next = kNothingYet;  // number of the message that must come next
  };
  struct Message {
    std::string expected;  // payload as it comes back
    uint64_t published_ns = 0;
    size_t heard = 0;  // by so many subscribers
  };
  struct Sink;

  bool wait_until_all_hear();
  void publish();
  void send_published();
  Message& message(uint64_t number) { return in_flight_[number % in_flight_.size()]; }

  const Options& options_;
  std::string text_;                // a message but for its number
  std::vector<Message> in_flight_;  // by number, a ring
  std::deque<Subscriber> subscribers_;
  std::string output_;  // the publisher's
  uint64_t published_ = 0;
  bool probing_ = true;  // no message follows by itself yet
  uint64_t delivered_ = 0;
  uint64_t completed_ = 0;
  Histogram delivery_;    // from publish to each subscriber
  Histogram completion_;  // and to the last
};

}  // namespace bench
