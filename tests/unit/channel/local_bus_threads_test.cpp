// The bus under threads: all listeners see one order per channel, without gaps.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "channel/local_bus.h"
#include "support/fakes.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using ws::protocol::Opcode;

namespace {

constexpr int kPublishers = 4;
constexpr int kMessages = 3000;
constexpr int kChannels = 3;

// Receives on its own thread until it has everything.
class Reader final : public Listener {
 public:
  explicit Reader(LocalBus& bus) : bus_(bus) {
    bus_.add(*this);
    for (int c = 0; c < kChannels; ++c) good_ = good_ && listens(c);
  }
  ~Reader() override { bus_.remove(*this); }

  void wake() noexcept override {
    awake_.store(true);
    awake_.notify_one();
  }

  void run() {
    std::vector<Event> events;
    size_t total = 0;
    while (total < size_t{kPublishers} * kMessages) {
      awake_.wait(false);
      awake_.store(false);
      bus_.receive(*this, events);
      total += events.size();
      for (const Event& event : events) note(event);
    }
  }

  bool good() const { return good_; }
  std::string order[kChannels];

 private:
  bool listens(int c) { return bus_.listen(*this, std::to_string(c)) == BusStatus::ok; }
  void note(const Event& event) {
    const int c = std::stoi(std::string(event.channel.view()));
    good_ = good_ && event.position.offset == ++offsets_[c] && event.order > last_order_[c];
    last_order_[c] = event.order;
    order[c] += std::string(event.payload.view()) + ' ';
  }

  LocalBus& bus_;
  std::atomic<bool> awake_ = false;
  uint64_t offsets_[kChannels] = {};
  uint64_t last_order_[kChannels] = {};
  bool good_ = true;
};

}  // namespace

TEST_GROUP(local_bus_threads){};

TEST(local_bus_threads, OneOrderForAllListeners) {
  ws::test::ManualClock clock;
  LocalBus bus(clock);
  Reader first(bus);
  Reader second(bus);
  std::vector<std::thread> threads;
  threads.emplace_back([&] { first.run(); });
  threads.emplace_back([&] { second.run(); });
  std::atomic<int> failures = 0;
  for (int p = 0; p < kPublishers; ++p)
    threads.emplace_back([&, p] {
      for (int i = 0; i < kMessages; ++i) {
        const std::string payload = std::to_string(p) + '.' + std::to_string(i);
        if (bus.publish(std::to_string(i % kChannels), Opcode::text, payload, 0, Keep{10, 0})
                .status != BusStatus::ok)
          ++failures;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK_EQUAL(0, failures.load());
  CHECK_TRUE(first.good());
  CHECK_TRUE(second.good());
  for (int c = 0; c < kChannels; ++c) CHECK_TRUE(first.order[c] == second.order[c]);
}
