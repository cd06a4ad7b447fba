// Several sessions on one loop that use channels.
#include "hall.h"

#include <CppUTest/TestHarness.h>

namespace ws::channel::test {

namespace {

constexpr int kEnoughTurns = 6;

struct NoRequest final : session::OpenRequest {};

}  // namespace

Guest::Guest(Hall& hall, Shaper& shaper) : hall_(hall) {
  session::SessionStart start;
  peer = ws::test::Peer::connect(start.fd);
  start.settings = &hall.settings;
  start.request = std::make_unique<NoRequest>();
  start.deflate = hall.deflate;
  hall.arriving = this;
  session::Session::begin(hall.table, std::move(start));
  hall.arriving = nullptr;
  subscriber = std::make_unique<Subscriber>(*session, shaper);
}

void Guest::subscribe(std::string_view channel) {
  CHECK_TRUE(hall_.fan_out.subscribe(*subscriber, channel) == BusStatus::ok);
}

void Guest::subscribe(std::string_view channel, const HistoryQuery& query) {
  const auto done = [this](BusStatus status, const History& found) {
    history += status == BusStatus::ok     ? (found.recovered ? "all:" : "new:")
               : status == BusStatus::gone ? "gone"
                                           : "failed";
    for (const Event& event : found.messages) {
      if (history.back() != ':') history += ' ';
      history += event.payload.view();
      // As a plugin does it.
      session->send(event.type, "old " + std::string(event.payload.view()));
    }
  };
  CHECK_TRUE(hall_.fan_out.subscribe(*subscriber, channel, query, done) == BusStatus::ok);
}

void Guest::unsubscribe(std::string_view channel) {
  hall_.fan_out.unsubscribe(*subscriber, channel);
}

void Guest::enter(std::string_view channel, std::string_view key, std::string_view info) {
  CHECK_TRUE(hall_.fan_out.enter(*subscriber, channel, key, info) == BusStatus::ok);
}

void Guest::leave(std::string_view channel) {
  CHECK_TRUE(hall_.fan_out.leave(*subscriber, channel));
}

void Guest::vanish() {
  peer.close();
  hall_.turn();
}

Hall::Hall() : bus(std::make_unique<LocalBus>(clock)), fan_out(loop, *bus) { loop.run_once(0); }

Hall::Hall(std::unique_ptr<Bus> own) : bus(std::move(own)), fan_out(loop, *bus) {
  loop.run_once(0);
}

Hall::~Hall() {
  for (Guest& guest : guests)
    if (guest.session) guest.session->drop("the test ends");
  turn();
}

Guest& Hall::guest(Shaper& own) { return guests.emplace_back(*this, own); }

void Hall::publish(std::string_view channel, std::string_view payload, session::SessionId except,
                   const std::optional<Keep>& keep) {
  CHECK_TRUE(bus->publish(channel, protocol::Opcode::text, payload, except, keep).status ==
             BusStatus::ok);
}

void Hall::turn() {
  for (int i = 0; i < kEnoughTurns; ++i) loop.run_once(0);
}

bool Hall::on_open(session::Session& session, const session::OpenRequest&) {
  arriving->session = &session;
  session.user_state = arriving;
  return true;
}

void Hall::on_close(session::Session& session, uint16_t, std::string_view) {
  auto& guest = *static_cast<Guest*>(session.user_state);
  if (guest.subscriber) fan_out.end(*guest.subscriber);
  guest.subscriber.reset();
  guest.session = nullptr;
}

}  // namespace ws::channel::test
