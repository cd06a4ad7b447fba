// One room for everybody at a Location, with most of what the SDK offers: options, a check of the
// handshake, history, presence, a timer, work off the loop, one wire form for all readers.
#include <chrono>
#include <memory>
#include <string>

#include <wsp/plugin.hpp>

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kChannel = "room";

// The options, read in one place: for configtest and for use.
struct Settings {
  explicit Settings(const wsp::Config& config)
      : history(static_cast<uint32_t>(config.get_number("history", 20, 0, 1000))),
        idle(config.get_duration_ms("idle", 10min, 1s, 24h)) {}
  uint32_t history;
  std::chrono::milliseconds idle;
};

class Room final : public wsp::Plugin {
 public:
  static constexpr wsp::Option kOptions[] = {
      {"history", "0-1000", "Messages kept for those who come later (20)."},
      {"idle", "DURATION", "A member who is silent for so long is sent away (10min)."},
  };
  static constexpr const char* kSubprotocols[] = {"room.v1"};
  static constexpr uint32_t kAccepts = WSP_ACCEPT_TEXT;
  static void check(const wsp::Config& config) { Settings{config}; }

  Room(wsp::Host h, const wsp::Config& config)
      : settings(config), host(h), timers(h), work(h), history(h), presence(h) {}

  // [worker] Nobody comes in without a name: httpd's own, or ?name=.
  void on_handshake(const wsp::Request& request, wsp::Answer& answer) override {
    if (name_of(request).empty()) answer.refuse(403, "Log in, or say ?name=...\n");
  }

  std::unique_ptr<wsp::Session> open(wsp::Peer peer, const wsp::Request& request) override;

  // [loop] Once for all readers of this process.
  void on_deliver(wsp::Delivery& delivery) override {
    delivery.replace("#" + std::to_string(delivery.position().offset) + " " +
                     std::string(delivery.payload()));
  }

  void on_presence(const wsp::Member& member, bool joined, wsp::Delivery& announcement) override {
    announcement.replace(std::string(member.key()) + (joined ? " is here" : " left"));
  }

  static std::string name_of(const wsp::Request& request) {
    if (!request.user().empty()) return std::string(request.user());
    return request.query_parameter("name").value_or("");
  }

  const Settings settings;
  const wsp::Host host;
  const wsp::Timers timers;
  const wsp::Work work;
  const wsp::History history;
  const wsp::Presence presence;
};

class Member final : public wsp::Session {
 public:
  Member(wsp::Peer peer, Room& room, std::string name)
      : Session(peer), room_(room), name_(std::move(name)) {
    room_.history.subscribe(peer, kChannel, {.limit = room_.settings.history},
                            [this](const wsp::HistoryReply& reply) {
                              for (const wsp::HistoryMessage message : reply)
                                this->peer().send(message.payload());
                            });
    room_.presence.enter(peer, kChannel, name_);
    watch();
  }

  void on_message(const wsp::Message& message) override {
    watch();
    if (message.payload() == "/who") return tell_members();
    if (message.payload() == "/report") return report();
    room_.history.publish(kChannel, name_ + ": " + std::string(message.payload()),
                          {.count = room_.settings.history});
  }

 private:
  // The timer before this one ends as it is replaced.
  void watch() {
    idle_ = room_.timers.after(peer(), room_.settings.idle,
                               [this] { peer().close(wsp::CloseCode::normal, "idle"); });
  }

  void tell_members() {
    std::string names;
    room_.presence.list(kChannel, [&](const wsp::Member& m) { names.append(m.key()).append(" "); });
    peer().send(names);
  }

  // What blocks runs elsewhere and knows nothing of this session; what follows is back here.
  void report() {
    const auto status = room_.work.run(
        peer(), [name = name_] { return "a long computation for " + name; },
        [this](const std::string& result) { peer().send(result); });
    if (status != wsp::Status::ok) peer().send("busy, try later");
  }

  Room& room_;
  const std::string name_;
  wsp::Timer idle_;
};

std::unique_ptr<wsp::Session> Room::open(wsp::Peer peer, const wsp::Request& request) {
  return std::make_unique<Member>(peer, *this, name_of(request));
}

}  // namespace

WSP_PLUGIN("room", "1.0.0", Room);
