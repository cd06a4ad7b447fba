// Hundreds of sessions that come, go, subscribe and publish at random, against a plain model:
// every message once, in order, to those who were subscribed when it was published.
#include <sys/resource.h>

#include <cstdio>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "hall.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using namespace ws::channel::test;

namespace {

constexpr size_t kGuests = 300;
constexpr int kChannels = 4;

// What one guest must have got, by channel.
struct Expected {
  std::set<int> channels;
  std::map<int, std::string> messages;
};

class Model {
 public:
  // sliced: every delivery takes several turns.
  Model(unsigned seed, bool sliced) : random_(seed) {
    if (sliced) hall_.loop.set_slice_ns(0);
    for (size_t i = 0; i < kGuests; ++i) {
      hall_.guest();
      expected_.emplace_back();
    }
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      switch (pick(10)) {
        case 0:
        case 1:
        case 2:
          subscribe(pick(kGuests), static_cast<int>(pick(kChannels)));
          break;
        case 3:
          unsubscribe(pick(kGuests), static_cast<int>(pick(kChannels)));
          break;
        case 4:
          if (pick(3) == 0) end(pick(kGuests));
          break;
        case 5:
        case 6:
          publish(static_cast<int>(pick(kChannels)), pick(4) == 0 ? pick(kGuests) : kGuests);
          break;
        default:
          hall_.loop.run_once(0);
          collect();
      }
    }
    for (int i = 0; i < 20'000 && !hall_.fan_out.is_idle(); ++i) {
      hall_.loop.run_once(0);
      collect();
    }
    for (int i = 0; i < 10; ++i) {
      hall_.loop.run_once(0);
      collect();
    }
  }

  void check() {
    for (size_t i = 0; i < kGuests; ++i) {
      if (!hall_.guests[i].session) continue;
      for (int c = 0; c < kChannels; ++c)
        if (got_[i][c] != expected_[i].messages[c])
          FAIL("a guest's messages differ from the model");
    }
  }

 private:
  size_t pick(size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(random_); }
  static std::string name(int c) { return "c" + std::to_string(c); }

  void subscribe(size_t i, int c) {
    if (!hall_.guests[i].session) return;
    hall_.guests[i].subscribe(name(c));
    expected_[i].channels.insert(c);
  }
  // What is on its way to it is lost, wherever it is: the model forgets what was not collected.
  void unsubscribe(size_t i, int c) {
    if (!hall_.guests[i].session || !expected_[i].channels.contains(c)) return;
    settle();
    hall_.guests[i].unsubscribe(name(c));
    expected_[i].channels.erase(c);
  }
  void end(size_t i) {
    if (hall_.guests[i].session) hall_.guests[i].session->drop("the model says so");
  }
  void publish(int c, size_t except) {
    const std::string payload = std::to_string(c) + "." + std::to_string(++count_) + "." +
                                std::string(pick(3) == 0 ? 8000 : 5, 'x');
    const auto id =
        except < kGuests && hall_.guests[except].session ? hall_.guests[except].session->id() : 0;
    hall_.publish(name(c), payload, id);
    for (size_t i = 0; i < kGuests; ++i)
      if (expected_[i].channels.contains(c) && !(id != 0 && i == except))
        expected_[i].messages[c] += payload + ' ';
  }
  void settle() {
    do {
      hall_.loop.run_once(0);
      collect();
    } while (!hall_.fan_out.is_idle());
  }
  void collect() {
    got_.resize(kGuests);
    for (size_t i = 0; i < kGuests; ++i) {
      if (!hall_.guests[i].session) continue;
      const std::string words = hall_.guests[i].got();
      for (size_t at = words.find("text("); at != std::string::npos;
           at = words.find("text(", at + 1)) {
        const size_t begin = at + 5;
        const size_t end = words.find(')', begin);
        got_[i][words[begin] - '0'] += words.substr(begin, end - begin) + ' ';
      }
    }
  }

  std::mt19937 random_;
  Hall hall_;
  std::vector<Expected> expected_;
  std::vector<std::map<int, std::string>> got_;
  int count_ = 0;
};

}  // namespace

TEST_GROUP(fan_out_random){void setup() override{rlimit limit{};
getrlimit(RLIMIT_NOFILE, &limit);
limit.rlim_cur = limit.rlim_max;
setrlimit(RLIMIT_NOFILE, &limit);
}
}
;

TEST(fan_out_random, EveryMessageOnceInOrder) {
  const unsigned seed = std::random_device()();
  std::printf("[seed %u]", seed);
  for (unsigned round = 0; round < 4; ++round) {
    Model model(seed + round, round % 2 == 1);
    model.run(1500);
    model.check();
  }
}
