// Families of channels, the same of each engine: who listens to "orders." hears "orders.1" too.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "channel/channel_name.h"
#include "engines.h"
#include "support/waiting_listener.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using ws::protocol::Opcode;

namespace {

std::string full(std::string_view name) { return std::string(FullName("example.org", name)); }
std::string family(std::string_view prefix) {
  return std::string(std::string_view(FullName::of_family("example.org", prefix)));
}

// What comes is "channel:payload#offset", with "<family" behind it if it came through one.
class Ear final : public test::WaitingListener {
 public:
  using WaitingListener::WaitingListener;
  void listen(const std::string& name) { CHECK_TRUE(bus_.listen(*this, name) == BusStatus::ok); }
  void publish(std::string_view channel, std::string_view payload) {
    CHECK_TRUE(bus_.publish_and_wait(full(channel), Opcode::text, payload, 0, {}, 20'000).status ==
               BusStatus::ok);
  }
  // The next `count` events, in any order among those of one message.
  std::vector<std::string> receive(size_t count) {
    std::vector<std::string> texts;
    while (texts.size() < count && wait()) {
      std::vector<Event> events;
      bus_.receive(*this, events);
      for (const Event& event : events) {
        CHECK_TRUE(event.position.epoch != 0);
        std::string text = std::string(plain_name(event.channel.view())) + ':' +
                           std::string(event.payload.view()) + '#' +
                           std::to_string(event.position.offset);
        if (event.family) text += '<' + std::string(plain_name(event.family.view()));
        texts.push_back(text);
      }
    }
    std::sort(texts.begin(), texts.end());
    return texts;
  }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_GROUP(families) {
  ws::base::MonotonicClock clock;
  test::Engines engines{clock};
  std::vector<std::unique_ptr<Bus>>& buses = engines.buses;
};

TEST(families, HearEachOfTheirChannels) {
  for (const auto& bus : buses) {
    Ear ear(*bus);
    ear.publish("orders.7", "before");
    ear.listen(family("orders."));
    for (const char* channel : {"orders.1", "orders.2.eu", "order.1", "orders", "orders."})
      ear.publish(channel, "x");
    ear.publish("orders.1", "y");
    const Texts expected = {"orders.1:x#1<orders.", "orders.1:y#2<orders.",
                            "orders.2.eu:x#1<orders.", "orders.:x#1<orders."};
    CHECK_TRUE(ear.receive(4) == expected);
  }
}

TEST(families, ComeOnceForEachNameListenedTo) {
  for (const auto& bus : buses) {
    Ear ear(*bus);
    ear.listen(family("a."));
    ear.listen(family("a.b/"));
    ear.listen(full("a.b/c"));
    ear.publish("a.b/c", "x");
    CHECK_TRUE(ear.receive(3) == (Texts{"a.b/c:x#1", "a.b/c:x#1<a.", "a.b/c:x#1<a.b/"}));
  }
}

TEST(families, AreSilentOnceForgotten) {
  for (const auto& bus : buses) {
    Ear ear(*bus);
    ear.listen(family("a."));
    ear.listen(full("a.1"));
    ear.publish("a.1", "x");
    CHECK_TRUE(ear.receive(2) == (Texts{"a.1:x#1", "a.1:x#1<a."}));
    bus->forget(ear, family("a."));
    ear.publish("a.1", "y");
    CHECK_TRUE(ear.receive(1) == Texts{"a.1:y#2"});
    ear.listen(family("a."));
    ear.publish("a.1", "z");
    CHECK_TRUE(ear.receive(2) == (Texts{"a.1:z#3", "a.1:z#3<a."}));
  }
}

TEST(families, OfAnotherNamespaceAreOthers) {
  for (const auto& bus : buses) {
    Ear ear(*bus);
    ear.listen(std::string(FullName::of_family("example.net", "a.")));
    ear.listen(full("end"));
    ear.publish("a.1", "x");
    ear.publish("end", "!");
    CHECK_TRUE(ear.receive(1) == Texts{"end:!#1"});
  }
}
